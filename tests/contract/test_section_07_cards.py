"""stripe.md section 7: every test card has its outcome, whether typed or named."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from shared.sandbox.cards import CARDS, luhn
from tests.contract.test_section_03_errors import refused

DECLINES = [
    ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline", "Your card was declined."),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", "Your card has insufficient funds."),
    ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card", "Your card was declined."),
    ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card", "Your card was declined."),
    ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded", None),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", None, "Your card has expired."),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None, "Your card's security code is incorrect."),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", None, "An error occurred while processing your card. Try again in a little bit."),
    ("pm_card_chargeCustomerFail", "card_declined", "generic_decline", "Your card was declined."),
    ("pm_card_threeDSecureRequiredProcessingError", "card_declined", "generic_decline", "Your card was declined."),
]  # fmt: skip


@pytest.mark.parametrize(
    "card",
    [
        "pm_card_visa",
        "pm_card_mastercard",
        "pm_card_amex",
        "pm_card_visa_debit",
        "pm_card_cvcCheckFail",
        "pm_card_createDispute",
    ],
)
async def test_cards_that_succeed(platform, card):
    assert (await platform.pay(card)).status == "succeeded"


@pytest.mark.parametrize(("card", "code", "decline_code", "message"), DECLINES)
async def test_cards_that_decline(platform, card, code, decline_code, message):
    error = await refused(platform.pay(card))

    assert type(error).__name__ == "CardError"
    assert (error.code, error.error.decline_code) == (code, decline_code)
    assert message is None or error.user_message == message
    intent = error.error.payment_intent
    charge = await platform.v1.charges.retrieve_async(error.error.charge)
    assert (intent.status, intent.payment_method, intent.latest_charge) == ("requires_payment_method", None, charge.id)
    assert getattr(intent.last_payment_error, "decline_code", None) == decline_code
    assert (charge.paid, charge.status, charge.failure_code) == (False, "failed", code)
    assert charge.outcome.type == "issuer_declined"
    assert platform.kinds() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


async def test_radar_blocks(platform):
    error = await refused(platform.pay("pm_card_radarBlock"))
    charge = await platform.v1.charges.retrieve_async(error.error.charge)
    assert (charge.outcome.type, charge.outcome.risk_level) == ("blocked", "highest")


async def test_failed_checks_are_told(platform):
    paid = await platform.pay("pm_card_cvcCheckFail", expand=["latest_charge"])
    assert paid.latest_charge.payment_method_details.card.checks.cvc_check == "fail"


async def test_bypass_cards_make_funds_available_at_once(platform):
    await platform.pay("pm_card_bypassPending")
    platform.settle()
    balance = await platform.v1.balance.retrieve_async()
    assert (balance.available[0].amount, balance.pending[0].amount) == (941, 0)


@pytest.mark.parametrize(
    "card", ["pm_card_authenticationRequired", "pm_card_threeDSecure2Required", "pm_card_authenticationRequiredOnSetup"]
)
async def test_cards_that_challenge(platform, card):
    assert (await platform.pay(card)).status == "requires_action"


async def test_off_session_cannot_challenge(platform):
    error = await refused(platform.pay("pm_card_authenticationRequired", off_session=True))
    assert (error.code, error.error.decline_code) == ("authentication_required", "authentication_required")
    assert (
        await platform.pay("pm_card_authenticationRequiredSetupForOffSession", off_session=True)
    ).status == "succeeded"


def test_all_numbers_pass_their_check_digit():
    assert [card.number for card in CARDS if not luhn(card.number)] == []


async def typed(platform, **card: Any):
    """A payment method as the browser makes it."""
    given = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2034", "cvc": "123", **card}
    body = urlencode(
        {"key": platform.publishable, "type": "card", **{f"card[{name}]": value for name, value in given.items()}}
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, raw = await asyncio.to_thread(platform.sandbox.request, "POST", "/v1/payment_methods", body, headers)
    return status, json.loads(raw)


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"number": "4242424242424241"}, "incorrect_number"), ({"number": "4242"}, "invalid_number"),
        ({"exp_month": "13"}, "invalid_expiry_month"), ({"exp_year": "2020"}, "invalid_expiry_year"),
        ({"cvc": "12"}, "invalid_cvc"), ({"cvc": "abc"}, "invalid_cvc"),
    ],
)  # fmt: skip
async def test_bad_card_data_is_refused_when_it_is_typed(platform, card, code):
    status, body = await typed(platform, **card)
    assert (status, body["error"]["code"], body["error"]["type"]) == (402, code, "card_error")


async def test_the_same_number_has_the_same_fingerprint(platform):
    (_, one), (_, two) = await typed(platform), await typed(platform, exp_month="1")
    assert one["card"]["fingerprint"] == two["card"]["fingerprint"]
    assert one["card"]["last4"] == "4242"
    assert "number" not in json.dumps(one)


async def test_a_typed_card_pays(platform):
    _, method = await typed(platform, number="5555555555554444")
    assert (await platform.pay(method["id"])).status == "succeeded"


async def test_cards_that_decline_cannot_be_attached(platform):
    customers = platform.v1.customers
    assert (
        await refused(customers.create_async({"payment_method": "pm_card_visa_chargeDeclined"}))
    ).code == "card_declined"
    assert (await customers.create_async({"payment_method": "pm_card_chargeCustomerFail"})).id
