"""stripe-facts 15: events and their delivery, and faults on purpose."""

import json

import pytest
import stripe

from shared.sandbox.config import EndpointConfig
from tests.sandbox.checked import CheckedClient
from tests.sandbox.conftest import Platform
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import RunningSandbox
from tests.support.standin_errors import refused
from tests.support.standin_hooks import CONNECT, SECRET, shop

__all__ = ["shop"]  # fixtures
NEW = ["payment_intent.created"]


async def test_platform_and_connected_accounts_go_to_different_endpoints(shop):
    account = await shop.platform.vendor()
    await shop.platform.pay(
        transfer_data={"destination": account}, application_fee_amount=100
    )
    shop.platform.settle()
    shop.idle()
    assert shop.receiver.types == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "transfer.created",
        "application_fee.created",
        "charge.updated",
    ]
    assert set(shop.connect.types) == {
        "account.application.authorized",
        "account.updated",
        "account.external_account.created",
        "capability.updated",
        "person.created",
    }
    assert all(
        not hasattr(event, "account") for event in shop.receiver.verified(SECRET)
    )
    assert {event.account for event in shop.connect.verified(CONNECT)} == {account}


async def test_a_wrong_secret_does_not_verify(shop):
    await shop.platform.intent()
    shop.idle()
    with pytest.raises(stripe.SignatureVerificationError):
        shop.receiver.verified("whsec_other")


async def test_payloads_are_frozen_when_the_event_is_made(shop):
    shop.receiver.statuses = [500]
    intent = await shop.platform.intent(metadata={"n": "1"})
    await shop.platform.v1.payment_intents.update_async(
        intent.id, {"metadata": {"n": "2"}}
    )
    shop.platform.sandbox.advance(10)
    bodies = [json.loads(body) for body, _ in shop.receiver.got]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert bodies[1]["data"]["object"]["metadata"] == {"n": "1"}


async def test_failures_are_tried_again_with_fresh_signatures_until_they_stop(shop):
    shop.receiver.statuses = [500, 302, 404, 410, 500]
    await shop.platform.intent()
    shop.idle()
    shop.platform.sandbox.advance(4 * 3600)
    assert shop.attempts() == [
        (500, None),
        (302, None),
        (404, None),
        (410, None),
    ]
    assert len(shop.receiver.got) == 4
    shop.receiver.verified(SECRET)
    [event] = shop.platform.events("payment_intent.created")
    gaps = [
        b["at"] - a["at"]
        for a, b in zip(event["deliveries"], event["deliveries"][1:], strict=False)
    ]
    assert gaps == pytest.approx([5, 60, 3600], abs=2)


async def test_pending_webhooks_count_down(shop):
    intent = await shop.platform.intent()
    shop.idle()
    [event] = (
        await shop.platform.v1.events.list_async({"type": "payment_intent.created"})
    ).data
    assert (event.pending_webhooks, event.data.object.id) == (0, intent.id)
    assert json.loads(shop.receiver.got[0][0])["pending_webhooks"] == 1
    assert event.request.id == intent.last_response.request_id


async def test_events_are_listed_and_filtered(shop):
    shop.receiver.statuses = [500]
    await shop.platform.intent()
    await shop.platform.pay()
    shop.idle()
    listed = shop.platform.v1.events.list_async
    assert [e.type for e in (await listed({"type": "charge.*"})).data] == [
        "charge.updated",
        "charge.succeeded",
    ]
    assert (
        len(
            (
                await listed(
                    {"types": ["charge.succeeded", "payment_intent.succeeded"]}
                )
            ).data
        )
        == 2
    )
    assert [e.type for e in (await listed({"delivery_success": False})).data] == NEW
    assert len((await listed({"delivery_success": True})).data) == 4
    error = await refused(listed({"type": "charge.*", "types": ["charge.failed"]}))
    assert error.http_status == 400


async def test_events_of_an_account_are_read_with_its_header(shop):
    account = await shop.platform.vendor()
    mine = await shop.platform.v1.events.list_async({}, {"stripe_account": account})
    assert mine.data[0].type == "account.updated"
    assert (await shop.platform.v1.events.list_async()).data == []


async def test_endpoints_are_made_with_a_secret_told_once(shop):
    services = shop.platform.v1.webhook_endpoints
    with Receiver() as other:
        made = await services.create_async(
            {"url": other.url, "enabled_events": ["customer.created"]}
        )
        assert made.secret.startswith("whsec_")
        assert "secret" not in await services.retrieve_async(made.id)
        await shop.platform.v1.customers.create_async({})
        await shop.platform.intent()
        shop.idle()
        assert other.types == ["customer.created"]
        other.verified(made.secret)

        await services.update_async(made.id, {"disabled": True})
        await shop.platform.v1.customers.create_async({})
        assert (await services.delete_async(made.id)).deleted
        shop.idle()
        assert len(other.got) == 1
    assert len((await services.list_async()).data) == 2


async def test_unknown_event_types_are_refused(shop):
    error = await refused(
        shop.platform.v1.webhook_endpoints.create_async(
            {"url": "https://x.test", "enabled_events": ["no.such"]}
        )
    )
    assert error.param == "enabled_events[0]"


async def test_during_a_roll_both_secrets_sign(shop):
    [first, _] = shop.platform.control("GET", "state")["webhook_endpoints"]
    rolled = shop.platform.control(
        "POST", f"webhook_endpoints/{first['id']}/roll", {"expires_in": 60}
    )["secret"]
    await shop.platform.intent()
    shop.idle()
    shop.receiver.verified(SECRET)
    shop.receiver.verified(rolled)
    assert shop.receiver.got[0][1]["stripe-signature"].count("v1=") == 2
    shop.platform.sandbox.advance(61)
    shop.receiver.got.clear()
    await shop.platform.intent()
    shop.idle()
    shop.receiver.verified(rolled)
    with pytest.raises(stripe.SignatureVerificationError):
        shop.receiver.verified(SECRET)


async def test_an_event_can_be_sent_again(shop):
    await shop.platform.intent()
    shop.idle()
    [event] = shop.platform.events()
    again = shop.platform.control("POST", f"events/{event['id']}/resend")
    assert len(again["deliveries"]) == 2
    assert shop.receiver.types == NEW * 2


async def test_events_after_one_are_told(shop):
    await shop.platform.intent()
    [first] = shop.platform.events()
    await shop.platform.v1.customers.create_async({})
    assert [
        e["type"] for e in shop.platform.control("GET", f"events?after={first['id']}")
    ] == ["customer.created"]


async def test_duplicates(shop):
    shop.platform.sandbox.faults(
        {"match": {"event": "payment_intent.*"}, "effect": "duplicate", "times": 1}
    )
    await shop.platform.intent()
    await shop.platform.intent()
    shop.idle()
    assert shop.receiver.types == NEW * 3


async def test_drops(shop):
    shop.platform.sandbox.faults(
        {"match": {"event": "payment_intent.created"}, "effect": "drop", "times": 1}
    )
    await shop.platform.intent()
    shop.platform.sandbox.advance(5 * 3600)
    assert shop.receiver.types == []
    assert shop.attempts() == [(None, "drop")]
    await shop.platform.intent()
    shop.idle()
    assert shop.receiver.types == NEW


async def test_reordering(shop):
    shop.platform.sandbox.faults(
        {"match": {"event": "charge.succeeded"}, "effect": "reorder", "times": 1}
    )
    await shop.platform.pay()
    shop.idle()
    assert shop.receiver.types[:3] == [
        "payment_intent.created",
        "payment_intent.succeeded",
        "charge.succeeded",
    ]


async def test_delays(shop):
    shop.platform.sandbox.faults(
        {
            "match": {"event": "payment_intent.created"},
            "effect": "delay",
            "seconds": 600,
            "times": 1,
        }
    )
    await shop.platform.intent()
    shop.idle()
    assert shop.receiver.types == []
    shop.platform.sandbox.advance(601)
    assert shop.receiver.types == NEW


async def test_bad_signatures(shop):
    shop.platform.sandbox.faults(
        {
            "match": {"event": "*"},
            "effect": "bad_signature",
            "times": 1,
        }
    )
    await shop.platform.intent()
    shop.idle()
    with pytest.raises(stripe.SignatureVerificationError):
        shop.receiver.verified(SECRET)
    assert shop.attempts() == [(200, "bad_signature")]


async def test_nobody_there_is_a_failure_too():
    http = CheckedClient()
    dead = EndpointConfig("http://127.0.0.1:9/hook", SECRET, connect=False)
    with RunningSandbox(endpoints=(dead,), retry_delays=()) as sandbox:
        await Platform(sandbox, sandbox.config.secret_key, http).intent()
        sandbox.idle()
        [attempt] = sandbox.events()[0]["deliveries"]
        assert attempt["status"] is None
        assert "ClientConnectorError" in attempt["error"]
        await http.close_async()


async def test_too_slow_is_a_failure_too():
    http = CheckedClient()
    with Receiver(pause=0.4) as slow:
        endpoints = (EndpointConfig(slow.url, SECRET, connect=False),)
        with RunningSandbox(
            endpoints=endpoints, delivery_timeout=0.1, retry_delays=()
        ) as sandbox:
            await Platform(sandbox, sandbox.config.secret_key, http).intent()
            sandbox.idle()
            assert (
                sandbox.events()[0]["deliveries"][0]["error"]
                == "no answer within 0.1 s"
            )
            await http.close_async()
