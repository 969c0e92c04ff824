"""stripe.md section 6: amounts and currencies."""

import pytest

from shared.sandbox.money import stripe_fee, written
from tests.contract.test_section_03_errors import refused


@pytest.mark.parametrize(
    ("currency", "least"),
    [("usd", 50), ("eur", 50), ("gbp", 30), ("jpy", 50), ("dkk", 250), ("sek", 300), ("huf", 17500), ("kwd", None)],
)
async def test_smallest_amounts(platform, currency, least):
    if least is None:
        assert (await platform.intent(1000, currency)).amount == 1000
        return
    assert (await platform.intent(least, currency)).amount == least
    assert (await refused(platform.intent(least - 1, currency))).code == "amount_too_small"


async def test_three_decimal_amounts_end_in_zero(platform):
    assert (await refused(platform.intent(1005, "kwd"))).param == "amount"


async def test_currencies_are_lower_case_in_answers(platform):
    assert (await platform.intent(currency="EUR")).currency == "eur"


async def test_a_fee_of_zero_is_refused(platform):
    account = await platform.vendor()
    error = await refused(platform.intent(transfer_data={"destination": account}, application_fee_amount=0))
    assert error.param == "application_fee_amount"


async def test_a_fee_needs_a_destination(platform):
    assert (await refused(platform.intent(application_fee_amount=10))).param == "application_fee_amount"


async def test_a_fee_and_a_transfer_amount_exclude_each_other(platform):
    given = {"destination": await platform.vendor(), "amount": 900}
    assert (await refused(platform.intent(transfer_data=given, application_fee_amount=10))).http_status == 400


@pytest.mark.parametrize(
    ("amount", "currency", "fee"),
    [
        (1000, "usd", 59),
        (1000, "eur", 40),
        (1000, "gbp", 35),
        (10000, "dkk", 330),
        (1000, "jpy", 69),
        (10, "usd", 30),
        (50, "usd", 31),
    ],
)
def test_what_stripe_takes(amount, currency, fee):
    assert stripe_fee(amount, currency) == fee


def test_amounts_in_words():
    assert written(99_999_999, "usd", code=False) == "$999,999.99"
    assert written(17500, "huf") == "175.00 huf"
