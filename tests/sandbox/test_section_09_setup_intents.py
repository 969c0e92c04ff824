"""stripe-facts 9: the life of a setup intent, its attempts, and the order of its events."""

import re
from typing import Any

import pytest

from shared.sandbox.resources.setup_intents import REDUCED
from tests.sandbox.shopper import (
    BACK,
    browser,
    card_data,
    customer,
    set_up,
    typed,
)
from tests.support.standin_errors import refused
from tests.support.standin_setups import DONE, FAILED, MADE, attempts


async def test_nothing_needs_to_be_said(platform):
    intent = await platform.v1.setup_intents.create_async()
    assert (intent.status, intent.usage, intent.latest_attempt) == (
        "requires_payment_method",
        "off_session",
        None,
    )
    assert re.fullmatch(r"seti_\w+_secret_\w+", intent.client_secret)
    assert intent.automatic_payment_methods.to_dict() == {
        "enabled": True,
        "allow_redirects": "always",
    }
    assert (intent.payment_method_types, intent.mandate, intent.single_use_mandate) == (
        ["card"],
        None,
        None,
    )
    assert intent.payment_method_options.card.request_three_d_secure == "automatic"
    assert platform.kinds() == [MADE]


async def test_a_setup_saves_the_card(platform):
    who = await customer(platform)
    before = len(platform.kinds())
    intent = await set_up(
        platform,
        customer=who.id,
        expand=["latest_attempt", "payment_method", "customer"],
    )
    assert (intent.status, intent.payment_method.customer, intent.customer.id) == (
        "succeeded",
        who.id,
        who.id,
    )
    attempt = intent.latest_attempt
    assert attempt.id.startswith("setatt_")
    assert (attempt.status, attempt.usage, attempt.customer) == (
        "succeeded",
        "off_session",
        who.id,
    )
    assert (attempt.setup_intent, attempt.payment_method) == (
        intent.id,
        intent.payment_method.id,
    )
    card = attempt.payment_method_details.card
    assert (card.last4, card.checks.cvc_check, card.three_d_secure) == (
        "4242",
        "pass",
        None,
    )
    assert platform.kinds(before) == [MADE, *DONE]
    assert (
        await platform.pay(intent.payment_method.id, customer=who.id, off_session=True)
    ).status == "succeeded"


async def test_a_method_that_is_already_attached_is_not_attached_again(platform):
    who = await customer(platform)
    method = await platform.v1.payment_methods.attach_async(
        "pm_card_visa", {"customer": who.id}
    )
    before = len(platform.kinds())
    await set_up(platform, method.id, customer=who.id)
    assert platform.kinds(before) == [MADE, "setup_intent.succeeded"]


async def test_without_a_customer_the_card_can_still_be_attached(platform):
    intent = await set_up(platform)
    who = await customer(platform)
    assert (
        "previously used"
        in (await refused(set_up(platform, intent.payment_method))).user_message
    )
    saved = await platform.v1.payment_methods.attach_async(
        intent.payment_method, {"customer": who.id}
    )
    assert saved.customer == who.id


async def test_the_states_before_a_confirmation(platform):
    intents = platform.v1.setup_intents
    intent = await intents.create_async(
        {"description": "Cards", "metadata": {"a": "1"}, "flow_directions": ["inbound"]}
    )
    assert (intent.flow_directions, intent.on_behalf_of) == (["inbound"], None)
    changed = await intents.update_async(
        intent.id, {"payment_method": "pm_card_visa", "metadata": {"b": "2"}}
    )
    assert (changed.status, changed.metadata.to_dict()) == (
        "requires_confirmation",
        {"a": "1", "b": "2"},
    )
    done = await intents.confirm_async(intent.id, {"return_url": BACK})
    assert (done.status, done.payment_method) == ("succeeded", changed.payment_method)
    assert (
        await intents.update_async(intent.id, {"description": "Kept"})
    ).description == "Kept"
    error = await refused(
        intents.update_async(intent.id, {"payment_method": "pm_card_visa"})
    )
    assert (error.code, error.error.setup_intent.id) == (
        "setup_intent_unexpected_state",
        intent.id,
    )
    assert platform.kinds() == [MADE, "setup_intent.succeeded"]


async def test_a_confirmation_needs_a_method(platform):
    """localstripe 9; the customer's default is not taken."""
    who = await customer(
        platform,
        payment_method="pm_card_visa",
        invoice_settings={"default_payment_method": "pm_card_visa"},
    )
    for given in ({}, {"customer": who.id}):
        intent = await platform.v1.setup_intents.create_async(given)
        error = await refused(platform.v1.setup_intents.confirm_async(intent.id))
        assert (error.http_status, error.code) == (400, "setup_intent_unexpected_state")
        assert "missing a payment method" in error.user_message
        assert (
            error.error.setup_intent.id,
            error.error.setup_intent.latest_attempt,
        ) == (
            intent.id,
            None,
        )
    assert (
        "missing"
        in (
            await refused(platform.v1.setup_intents.create_async({"confirm": True}))
        ).user_message
    )


DECLINES = [
    ("visa_chargeDeclined", "card_declined", "generic_decline"),
    ("chargeDeclinedExpiredCard", "expired_card", None),
    ("visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
]


@pytest.mark.parametrize(("token", "code", "reason"), DECLINES)
async def test_a_decline_is_a_402_and_what_was_tried_stays(
    platform, token, code, reason
):
    error = await refused(set_up(platform, f"pm_card_{token}"))
    assert (
        error.http_status,
        error.code,
        getattr(error.error, "decline_code", None),
    ) == (
        402,
        code,
        reason,
    )
    failed = error.error.setup_intent
    assert (failed.status, failed.payment_method) == ("requires_payment_method", None)
    assert failed.last_setup_error.code == code
    assert failed.last_setup_error.payment_method.id == error.error.payment_method.id
    assert await attempts(platform, failed) == ["failed"]
    assert platform.kinds() == [MADE, FAILED]
    done = await platform.v1.setup_intents.confirm_async(
        failed.id, {"payment_method": "pm_card_visa", "return_url": BACK}
    )
    assert (done.status, done.last_setup_error) == ("succeeded", None)
    assert await attempts(platform, failed) == ["succeeded", "failed"]


async def test_declining_cards_are_declined_however_they_are_named(platform):
    """localstripe 8: raw card, own id and template alike, on creation and on a later
    confirmation.
    """
    raw = (await typed(platform, number="4000000000000002"))[1]["id"]
    own = await platform.v1.payment_methods.create_async(
        {"type": "card", "card": {"token": "tok_visa_chargeDeclined"}}
    )
    for method in (raw, own.id, "pm_card_visa_chargeDeclined"):
        intent = await platform.v1.setup_intents.create_async()
        given = {"payment_method": method, "return_url": BACK}
        for _ in range(2):  # a declined method may be tried again
            error = await refused(
                platform.v1.setup_intents.confirm_async(intent.id, given)
            )
            assert (error.http_status, error.code) == (402, "card_declined")
        assert await attempts(platform, intent) == ["failed", "failed"]


async def test_a_setup_is_canceled_while_it_is_open(platform):
    """localstripe 9."""
    intents = platform.v1.setup_intents
    intent = await intents.create_async({"payment_method": "pm_card_visa"})
    canceled = await intents.cancel_async(
        intent.id, {"cancellation_reason": "duplicate"}
    )
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "duplicate")
    assert canceled.payment_method == intent.payment_method
    assert platform.kinds() == [MADE, "setup_intent.canceled"]
    done = await set_up(platform)
    for call in (
        intents.confirm_async(intent.id),
        intents.cancel_async(intent.id),
        intents.confirm_async(done.id),
        intents.cancel_async(done.id),
    ):
        error = await refused(call)
        assert (error.http_status, error.code) == (400, "setup_intent_unexpected_state")


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"return_url": BACK}, "return_url"),
        (
            {"mandate_data": {"customer_acceptance": {"type": "offline"}}},
            "mandate_data",
        ),
        ({"attach_to_self": True}, "attach_to_self"),
        ({"single_use": {"amount": 100, "currency": "usd"}}, "single_use"),
        ({"customer": "cus_no"}, "customer"),
        ({"payment_method": "pm_no"}, "payment_method"),
        ({"usage": "once"}, "usage"),
        ({"on_behalf_of": "acct_no"}, "on_behalf_of"),
    ],
)
async def test_what_cannot_be_said_leaves_nothing_behind(platform, given, param):
    error = await refused(platform.v1.setup_intents.create_async(given))
    assert (error.http_status, error.param) == (400, param)
    assert (await platform.v1.setup_intents.list_async()).data == []


async def test_payment_method_types_are_no_longer_written(platform):
    intents, given = platform.v1.setup_intents, {"payment_method_types": ["card"]}
    intent = await intents.create_async()
    for call in (
        intents.create_async(given),
        intents.update_async(intent.id, given),
        intents.confirm_async(intent.id, given),
    ):
        assert (await refused(call)).code == "payment_method_types_no_longer_supported"


async def test_setups_are_listed(platform):
    who, intents = await customer(platform), platform.v1.setup_intents
    one = await set_up(platform, customer=who.id)
    platform.sandbox.advance(10)
    two = await intents.create_async()

    async def listed(**given: Any):
        return [intent.id for intent in (await intents.list_async(given)).data]

    assert await listed() == [two.id, one.id]
    assert (
        await listed(customer=who.id),
        await listed(payment_method=one.payment_method),
    ) == (
        [one.id],
        [one.id],
    )
    assert await listed(created={"gt": one.created}) == [two.id]
    assert (
        await refused(
            platform.v1.setup_attempts.list_async({"setup_intent": "seti_no"})
        )
    ).code == "resource_missing"
    error = await refused(intents.retrieve_async("seti_no"))
    assert (error.http_status, error.user_message) == (
        404,
        "No such setupintent: 'seti_no'",
    )


async def test_a_setup_for_a_connected_account(platform):
    account = await platform.vendor()
    intent = await platform.v1.setup_intents.create_async({"on_behalf_of": account})
    assert (intent.on_behalf_of, intent.application) == (account, None)
    there = await platform.v1.setup_intents.create_async(
        {}, {"stripe_account": account}
    )
    assert there.application.startswith("ca_")
    assert [event.get("account") for event in platform.events(MADE)] == [None, account]


async def test_a_browser_sets_up_with_the_secret_alone(platform):
    """localstripe 9: publishable key, client secret and card data."""
    intent = await platform.v1.setup_intents.create_async(
        {"metadata": {"private": "yes"}}
    )
    path, secret = (
        f"/v1/setup_intents/{intent.id}",
        {"client_secret": intent.client_secret},
    )
    status, body = await browser(platform, "GET", path, **secret)
    assert (status, set(body)) == (200, set(REDUCED))
    assert (await browser(platform, "GET", path))[0] == 400
    assert (await browser(platform, "GET", path, client_secret="seti_x_secret_x"))[
        0
    ] == 400
    assert (await browser(platform, "POST", path, **secret))[0] == 403
    assert (await browser(platform, "POST", f"{path}/cancel", **secret))[0] == 403
    declining = card_data("payment_method_data", number="4000000000000002")
    status, body = await browser(
        platform, "POST", f"{path}/confirm", **secret, **declining
    )
    assert (status, set(body["error"]["setup_intent"])) == (402, set(REDUCED))
    asking = card_data("payment_method_data", number="4000002500003155")
    _, body = await browser(
        platform, "POST", f"{path}/confirm", **secret, **asking, use_stripe_sdk="true"
    )
    assert (body["status"], body["next_action"]["type"]) == (
        "requires_action",
        "use_stripe_sdk",
    )
    status, body = await browser(
        platform,
        "POST",
        f"{path}/confirm",
        **secret,
        **card_data("payment_method_data"),
    )
    assert (status, body["status"], set(body)) == (200, "succeeded", set(REDUCED))


async def test_a_browser_sets_up_what_the_intents_customer_holds_and_only_that(
    platform,
):
    who, other = await customer(platform), await customer(platform)
    method = await platform.v1.payment_methods.attach_async(
        "pm_card_visa", {"customer": who.id}
    )
    for owner, status in ((other, 400), (who, 200)):
        intent = await platform.v1.setup_intents.create_async({"customer": owner.id})
        given = {"client_secret": intent.client_secret, "payment_method": method.id}
        assert (
            await browser(
                platform, "POST", f"/v1/setup_intents/{intent.id}/confirm", **given
            )
        )[0] == status
