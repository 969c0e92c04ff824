"""stripe-facts 15: events as a resource, and webhook endpoints; their delivery stands in
test_section_15_webhooks.
"""

import hmac
import json
import re
from typing import Any

import pytest
import stripe

from shared.sandbox.events import listens
from shared.sandbox.store import Document
from shared.sandbox.webhook_payloads import signature
from tests.sandbox.receiver import Receiver
from tests.support.sandbox_journey import PAID, SELLER
from tests.support.standin_hooks import SECRET, shop

__all__ = ["shop"]  # a fixture

HOOK = {"url": "https://shop.test/hook", "enabled_events": ["*"]}


@pytest.fixture
def busy(process):
    """A stand-in in which a seller was taken on, a shopper paid, and money went back; the seller's
    id.
    """
    account = process.v1.accounts.create(SELLER).id
    process.complete(account)
    paid = process.v1.payment_intents.create(
        {**PAID, "transfer_data": {"destination": account}}
    )
    process.advance(1)
    process.v1.charges.update(paid.latest_charge, {"description": "A chair"})
    process.v1.refunds.create(
        {
            "payment_intent": paid.id,
            "reverse_transfer": True,
            "refund_application_fee": True,
        }
    )
    process.seller = account
    return process


def refusal(call, *arguments: Any):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(*arguments)
    return caught.value


def test_an_event_has_these_members_and_no_others(busy):
    for event in busy.events():
        given = dict(event)
        account = given.pop("account", None)
        assert set(given) == {
            "id",
            "object",
            "api_version",
            "created",
            "data",
            "livemode",
            "pending_webhooks",
            "request",
            "type",
        }
        assert account in (None, busy.seller)
        assert set(event["request"]) == {"id", "idempotency_key"}
        assert event["api_version"] == "2026-10-28.endive"


def test_only_updates_tell_what_was_before(busy):
    for event in busy.events():
        told = "previous_attributes" in event["data"]
        assert told == event["type"].endswith(".updated"), event["type"]
    [annotated] = [
        e for e in busy.events("charge.updated") if e["data"]["object"]["description"]
    ]
    assert annotated["data"]["previous_attributes"] == {"description": None}


def test_an_event_is_frozen_when_it_is_made(busy):
    [succeeded] = busy.v1.events.list({"type": "charge.succeeded"}).data
    assert succeeded.data.object.amount_refunded == 0
    assert busy.v1.charges.retrieve(succeeded.data.object.id).amount_refunded == 1000


def test_money_is_the_platforms_and_onboarding_is_the_accounts(busy):
    own = {e.type for e in busy.v1.events.list({"limit": 100}).data}
    theirs = {
        e.type
        for e in busy.v1.events.list(
            {"limit": 100}, {"stripe_account": busy.seller}
        ).data
    }
    assert own >= {
        "payment_intent.succeeded",
        "charge.refunded",
        "refund.created",
        "transfer.created",
        "transfer.reversed",
        "application_fee.created",
        "application_fee.refunded",
    }
    assert theirs >= {
        "account.updated",
        "capability.updated",
        "account.external_account.created",
    }
    assert not own & theirs
    assert not any("account" in e for e in busy.v1.events.list({"limit": 100}).data)


def test_a_payment_on_the_accounts_side_is_not_told(busy):
    """It is real at Stripe, but the SDK's own list of events lacks it."""
    assert busy.events("payment.created") == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"type": "charge.refunded"}, {"charge.refunded"}),
        ({"type": "refund.*"}, {"refund.created"}),
        ({"type": "*.refunded"}, {"application_fee.refunded", "charge.refunded"}),
        ({"type": "charge.?efunded"}, set()),
        ({"type": "charge.[r]efunded"}, set()),
        ({"type": "no.such"}, set()),
        (
            {"types": ["charge.refunded", "refund.created", "no.such"]},
            {"charge.refunded", "refund.created"},
        ),
    ],
)
def test_events_are_found_by_type(busy, asked, found):
    assert {e.type for e in busy.v1.events.list({"limit": 100, **asked}).data} == found


def test_type_filters_have_their_limits(process):
    listed = process.v1.events.list
    assert refusal(listed, {"types": [f"a.{n}" for n in range(21)]}).param == "types"
    assert listed({"types": [f"a.{n}" for n in range(20)]}).data == []
    assert (
        refusal(listed, {"type": "charge.*", "types": ["charge.failed"]}).http_status
        == 400
    )


def test_events_are_found_by_the_moment(process):
    process.v1.customers.create({})
    first = process.act().now
    process.advance(100)
    process.v1.customers.create({})
    listed = process.v1.events.list
    assert [e.created for e in listed({"created": {"lte": first}}).data] == [first]
    assert [e.created for e in listed({"created": {"gt": first}}).data] == [first + 100]
    assert len(listed({"created": {"gte": first, "lt": first + 101}}).data) == 2


def test_events_are_told_for_thirty_days(process):
    process.v1.customers.create({})
    [event] = process.v1.events.list().data
    process.advance(30 * 86400)
    assert process.v1.events.retrieve(event.id).id == event.id
    process.advance(1)
    assert process.v1.events.list().data == []
    assert refusal(process.v1.events.retrieve, event.id).http_status == 404


def test_pages_of_events_end_where_they_end(busy):
    first = busy.v1.events.list({"limit": 3})
    assert first.has_more
    everything = [e.id for e in first.auto_paging_iter()]
    assert everything == [e.id for e in busy.v1.events.list({"limit": 100}).data]
    last = busy.v1.events.list({"limit": 100, "starting_after": everything[-1]})
    assert (last.data, last.has_more) == ([], False)


def test_a_secret_is_told_once(process):
    made = process.v1.webhook_endpoints.create(
        {**HOOK, "connect": True, "description": "d", "metadata": {"a": "b"}}
    )
    assert re.fullmatch(r"whsec_\w{32}", made.secret)
    seen = process.v1.webhook_endpoints.retrieve(made.id).to_dict()
    assert {**seen, "secret": made.secret} == made.to_dict()
    updated = process.v1.webhook_endpoints.update(
        made.id, {"disabled": True, "enabled_events": ["charge.failed"]}
    )
    assert ("secret" in updated, updated.status, updated.enabled_events) == (
        False,
        "disabled",
        ["charge.failed"],
    )
    assert (
        process.v1.webhook_endpoints.update(made.id, {"disabled": False}).status
        == "enabled"
    )


def test_sixteen_endpoints_are_enough(process):
    for _ in range(16):
        last = process.v1.webhook_endpoints.create(HOOK)
    assert "16" in refusal(process.v1.webhook_endpoints.create, HOOK).user_message
    process.v1.webhook_endpoints.delete(last.id)
    assert process.v1.webhook_endpoints.create(HOOK).id


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"url": "shop.test/hook"}, "url"),
        ({"enabled_events": ["no.such"]}, "enabled_events[0]"),
        ({"enabled_events": ["*", "payment.created"]}, "enabled_events[1]"),
        ({"api_version": "2019-01-01"}, "api_version"),
    ],
)
def test_what_makes_no_sense_as_an_endpoint_is_refused(wrong, param):
    from tests.support.inprocess import InProcess

    assert (
        refusal(
            InProcess(checked=False).v1.webhook_endpoints.create, {**HOOK, **wrong}
        ).param
        == param
    )


def test_an_endpoints_version_and_side_cannot_change(process):
    made = process.v1.webhook_endpoints.create(HOOK)
    for name, value in (("api_version", "2020-08-27"), ("connect", "true")):
        status, body, _ = process.send(
            "POST", f"/v1/webhook_endpoints/{made.id}", {name: value}
        )
        assert (status, body["error"]["code"]) == (400, "parameter_unknown")


def _endpoint(*wanted: str, connect: bool = False) -> Document:
    return Document(
        {"object": "webhook_endpoint", "enabled_events": list(wanted)},
        {"connect": connect},
        "p",
        "a",
    )


def test_a_star_hears_everything_but_what_must_be_asked_for():
    ordinary, special = {"type": "charge.failed"}, {"type": "payment.created"}
    assert listens(_endpoint("*"), ordinary)
    assert not listens(_endpoint("*"), special)
    assert listens(_endpoint("payment.created"), special)
    assert not listens(_endpoint("charge.succeeded"), ordinary)
    assert not listens(_endpoint("*", connect=True), ordinary)
    assert listens(_endpoint("*", connect=True), {**ordinary, "account": "acct_1"})
    assert not listens(_endpoint("*"), {**ordinary, "account": "acct_1"})


def test_the_signature_is_over_moment_and_body_with_the_whole_secret():
    body, secret = b'{"id": "evt_1"}', "whsec_abc"
    expected = hmac.new(b"whsec_abc", b"1700000000." + body, "sha256").hexdigest()
    assert signature(body, [secret], 1_700_000_000) == f"t=1700000000,v1={expected}"
    assert re.fullmatch(
        r"t=\d+,v1=[0-9a-f]{64},v1=[0-9a-f]{64}",
        signature(body, [secret, "whsec_new"], 1_700_000_000),
    )
    header = signature(body, ["whsec_other", secret], 1_700_000_000)
    # Any of them may match.
    assert (
        stripe.Webhook.construct_event(body, header, secret, tolerance=0).id == "evt_1"
    )
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        stripe.Webhook.construct_event(body, header, secret)


async def test_an_endpoint_gets_the_version_that_it_is_pinned_to(shop):
    with Receiver() as pinned:
        new = {
            "url": pinned.url,
            "enabled_events": ["customer.created"],
            "api_version": "2020-08-27",
        }
        await shop.platform.v1.webhook_endpoints.create_async(new)
        await shop.platform.v1.customers.create_async(
            {}, {"stripe_version": "2019-12-03"}
        )
        shop.idle()
        assert json.loads(pinned.got[0][0])["api_version"] == "2020-08-27"
    assert json.loads(shop.receiver.got[0][0])["api_version"] == "2026-10-28.endive"


async def test_every_try_has_a_moment_and_a_signature_of_its_own(shop):
    shop.receiver.statuses = [500]
    await shop.platform.intent()
    shop.idle()
    shop.platform.sandbox.advance(5)
    [event] = shop.platform.events()
    shop.platform.control("POST", f"events/{event['id']}/resend")
    stamps = [
        int(headers["stripe-signature"].partition(",")[0][2:])
        for _, headers in shop.receiver.got
    ]
    assert len(stamps) == 3
    assert stamps == sorted(stamps)
    assert len({body for body, _ in shop.receiver.got}) == 1
    shop.receiver.verified(SECRET)


@pytest.mark.parametrize("ending", ["disable", "delete"])
async def test_no_more_tries_for_an_endpoint_that_is_gone(shop, ending):
    with Receiver(500, 500) as other:
        services = shop.platform.v1.webhook_endpoints
        made = await services.create_async(
            {"url": other.url, "enabled_events": ["customer.created"]}
        )
        await shop.platform.v1.customers.create_async({})
        shop.idle()
        assert len(other.got) == 1
        if ending == "disable":
            await services.update_async(made.id, {"disabled": True})
            await services.update_async(made.id, {"disabled": False})
        else:
            await services.delete_async(made.id)
        shop.platform.sandbox.advance(4 * 3600)
        assert len(other.got) == 1


async def test_a_failed_delivery_is_no_success_until_it_is_sent_again(shop):
    shop.receiver.statuses = [500] * 4
    await shop.platform.intent()
    shop.idle()
    shop.platform.sandbox.advance(5 * 3600)
    listed = shop.platform.v1.events.list_async
    [failed] = (await listed({"delivery_success": False})).data
    assert (await listed({"delivery_success": True})).data == []
    assert len(shop.receiver.got) == 4  # the first, and three more over a few hours
    assert failed.pending_webhooks == 0
    shop.platform.control("POST", f"events/{failed.id}/resend")
    assert [e.id for e in (await listed({"delivery_success": True})).data] == [
        failed.id
    ]
