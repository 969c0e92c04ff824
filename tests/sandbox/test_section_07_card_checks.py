"""stripe-facts 7: what a card's issuer is asked and says, and what can be typed at all."""

import json
from datetime import UTC, datetime

import pytest

from shared.sandbox.card_checks import luhn
from shared.sandbox.cards import CARDS
from tests.sandbox.shopper import typed
from tests.support.standin_errors import refused

MESSAGES = [
    ("visa_chargeDeclined", "Your card was declined."),
    ("visa_chargeDeclinedLostCard", "Your card was declined."),
    ("visa_chargeDeclinedStolenCard", "Your card was declined."),
    ("chargeDeclinedExpiredCard", "Your card has expired."),
    ("visa_chargeDeclinedInsufficientFunds", "Your card has insufficient funds."),
    ("chargeDeclinedIncorrectCvc", "Your card's security code is incorrect."),
    (
        "chargeDeclinedProcessingError",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
]


@pytest.mark.parametrize(("token", "message"), MESSAGES)
async def test_the_message_of_a_decline(platform, token, message):
    """Lost and stolen cards read like any other decline."""
    error = await refused(platform.pay(f"pm_card_{token}"))
    assert error.user_message == message
    assert error.error.payment_intent.last_payment_error.message == message


async def test_elevated_risk_is_told(platform):
    paid = await platform.pay("pm_card_riskLevelElevated", expand=["latest_charge"])
    assert (paid.latest_charge.outcome.type, paid.latest_charge.outcome.risk_level) == (
        "authorized",
        "elevated",
    )


CHECKS = ("cvc_check", "address_line1_check", "address_postal_code_check")
ZIP = {"billing_details[address][postal_code]": "94102"}


@pytest.mark.parametrize(
    ("number", "cvc", "more", "told"),
    [
        ("4242424242424242", "123", {}, ("pass", None, None)),
        ("4242424242424242", None, ZIP, (None, None, "pass")),
        ("4000000000000101", "123", {}, ("fail", None, None)),
        ("4000000000000101", None, {}, (None, None, None)),
        ("4000000000000036", "123", ZIP, ("pass", None, "fail")),
        ("4000000000000036", "123", {}, ("pass", None, None)),
    ],
)
async def test_a_check_fails_only_when_its_value_was_given(
    platform, number, cvc, more, told
):
    _, method = await typed(platform, more, number=number, cvc=cvc)
    paid = await platform.pay(method["id"], expand=["latest_charge"])
    checks = paid.latest_charge.payment_method_details.card.checks
    assert (paid.status, tuple(checks[name] for name in CHECKS)) == ("succeeded", told)


@pytest.mark.parametrize(
    ("token", "check"), [("cvcCheckFail", CHECKS[0]), ("avsZipFail", CHECKS[2])]
)
async def test_a_named_card_gives_what_its_check_needs(platform, token, check):
    paid = await platform.pay(f"pm_card_{token}", expand=["latest_charge"])
    assert paid.latest_charge.payment_method_details.card.checks[check] == "fail"


@pytest.mark.parametrize("token", ["bypassPending", "bypassPendingInternational"])
async def test_bypass_cards_make_funds_available_at_once(platform, token):
    await platform.pay(f"pm_card_{token}")
    platform.settle()
    balance = await platform.v1.balance.retrieve_async()
    assert (
        balance.available[0].amount,
        balance.pending[0].amount,
    ) == (941, 0)


def test_all_numbers_pass_their_check_digit():
    assert [card.number for card in CARDS if not luhn(card.number)] == []


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"number": "4242424242424241"}, "incorrect_number"),
        ({"number": "4242"}, "invalid_number"),
        ({"exp_month": "0" * 5000 + "1"}, "invalid_expiry_month"),
        ({"exp_year": "9" * 5000}, "invalid_expiry_year"),
        ({"exp_month": "13"}, "invalid_expiry_month"),
        ({"exp_year": str(datetime.now(UTC).year - 1)}, "invalid_expiry_year"),
        ({"cvc": "12"}, "invalid_cvc"),
        ({"cvc": "abc"}, "invalid_cvc"),
    ],
)
async def test_bad_card_data_is_refused_when_it_is_typed(platform, card, code):
    status, body = await typed(platform, **card)
    assert (
        status,
        body["error"]["code"],
        body["error"]["type"],
    ) == (402, code, "card_error")


@pytest.mark.parametrize(
    ("number", "cvc"), [("378282246310005", "1234"), ("4242424242424242", "123")]
)
async def test_amex_has_four_digits_on_its_front(platform, number, cvc):
    assert (await typed(platform, number=number, cvc=cvc))[0] == 200
    assert (await typed(platform, number=number, cvc=cvc + "5"))[1]["error"][
        "code"
    ] == "invalid_cvc"


async def test_the_same_number_has_the_same_fingerprint(platform):
    """localstripe 17: across payment methods, charges and confirmation tokens."""
    (_, one), (_, two) = await typed(platform), await typed(platform, exp_month="1")
    paid = await platform.pay("pm_card_visa", expand=["latest_charge"])
    token = await platform.v1.test_helpers.confirmation_tokens.create_async(
        {"payment_method": "pm_card_visa"}
    )
    prints = {
        one["card"]["fingerprint"],
        two["card"]["fingerprint"],
        paid.latest_charge.payment_method_details.card.fingerprint,
        token.payment_method_preview.card.fingerprint,
    }
    assert len(prints) == 1
    assert one["card"]["last4"] == "4242"
    assert "number" not in json.dumps(one)
    assert (await typed(platform, number="5555555555554444"))[1]["card"][
        "fingerprint"
    ] not in prints
