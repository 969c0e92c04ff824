"""stripe-facts 6: amounts and currencies."""

import pytest
import stripe

from shared.sandbox.money import decimal, stripe_fee, written
from tests.support.sandbox_journey import PAID, SELLER
from tests.support.standin_errors import refused


@pytest.mark.parametrize(
    ("currency", "least"),
    [
        ("usd", 50),
        ("eur", 50),
        ("gbp", 30),
        ("jpy", 50),
        ("dkk", 250),
        ("sek", 300),
        ("huf", 17500),
        ("kwd", None),
    ],
)
async def test_smallest_amounts(platform, currency, least):
    if least is None:
        assert (await platform.intent(1000, currency)).amount == 1000
        return
    assert (await platform.intent(least, currency)).amount == least
    assert (
        await refused(platform.intent(least - 1, currency))
    ).code == "amount_too_small"


async def test_three_decimal_amounts_end_in_zero(platform):
    assert (await refused(platform.intent(1005, "kwd"))).param == "amount"


async def test_currencies_are_lower_case_in_answers(platform):
    assert (await platform.intent(currency="EUR")).currency == "eur"


async def test_a_fee_of_zero_is_refused(platform):
    account = await platform.vendor()
    error = await refused(
        platform.intent(
            transfer_data={"destination": account}, application_fee_amount=0
        )
    )
    assert error.param == "application_fee_amount"


async def test_a_fee_needs_a_destination(platform):
    assert (
        await refused(platform.intent(application_fee_amount=10))
    ).param == "application_fee_amount"


async def test_a_fee_and_a_transfer_amount_exclude_each_other(platform):
    given = {"destination": await platform.vendor(), "amount": 900}
    assert (
        await refused(platform.intent(transfer_data=given, application_fee_amount=10))
    ).http_status == 400


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


LEAST = {
    "usd eur aud cad chf nzd sgd brl inr ars cop idr ils php rub zar jpy krw": 50,
    "gbp": 30,
    "hkd": 400,
    "mxn thb": 1000,
    "sek nok": 300,
    "dkk": 250,
    "pln ron myr aed": 200,
    "czk": 1500,
    "huf": 17500,
}


@pytest.mark.parametrize(
    ("currency", "least"),
    [(c, least) for names, least in LEAST.items() for c in names.split()],
)
def test_every_smallest_amount(process, currency, least):
    create = process.v1.payment_intents.create
    assert create({"amount": least, "currency": currency}).amount == least
    with pytest.raises(stripe.InvalidRequestError) as caught:
        create({"amount": least - 1, "currency": currency})
    assert (caught.value.code, caught.value.param) == ("amount_too_small", "amount")
    assert (
        caught.value.user_message
        == f"Amount must be at least {written(least, currency)}"
    )


def test_eight_digits_at_most(process):
    create = process.v1.payment_intents.create
    assert create({"amount": 99_999_999, "currency": "usd"}).amount == 99_999_999
    with pytest.raises(stripe.InvalidRequestError) as caught:
        create({"amount": 100_000_000, "currency": "usd"})
    assert caught.value.code == "amount_too_large"
    assert caught.value.user_message == "Amount must be no more than $999,999.99"


@pytest.mark.parametrize(
    "currency",
    [
        "bif",
        "clp",
        "djf",
        "gnf",
        "jpy",
        "kmf",
        "krw",
        "mga",
        "pyg",
        "rwf",
        "vnd",
        "vuv",
        "xaf",
        "xof",
        "xpf",
    ],
)
def test_whole_numbers_where_there_are_no_cents(currency):
    assert decimal(5000, currency) == "5,000"


@pytest.mark.parametrize("currency", ["bhd", "jod", "kwd", "omr", "tnd"])
def test_thousandths_end_in_zero(process, currency):
    assert decimal(5120, currency) == "5.120"
    assert (
        process.v1.payment_intents.create({"amount": 5120, "currency": currency}).amount
        == 5120
    )
    with pytest.raises(stripe.InvalidRequestError) as caught:
        process.v1.payment_intents.create({"amount": 5124, "currency": currency})
    assert caught.value.param == "amount"


@pytest.mark.parametrize("currency", ["isk", "ugx"])
def test_hundredths_that_are_none(process, currency):
    assert (
        process.v1.payment_intents.create(
            {"amount": 500_000, "currency": currency}
        ).amount
        == 500_000
    )
    with pytest.raises(stripe.InvalidRequestError) as caught:
        process.v1.payment_intents.create({"amount": 500_050, "currency": currency})
    assert (caught.value.code, caught.value.param) == (
        "invalid_charge_amount_no_decimal_compatible",
        "amount",
    )


async def test_nothing_moves_in_hundredths_that_are_none(platform):
    account = await platform.vendor()
    paid = await platform.pay(
        "pm_card_bypassPending",
        amount=500_000,
        currency="isk",
        transfer_data={"destination": account},
    )
    platform.settle()
    charge = await platform.v1.charges.retrieve_async(paid.latest_charge)
    reversals, refunds, transfers = (
        platform.v1.transfers.reversals,
        platform.v1.refunds,
        platform.v1.transfers,
    )
    given = {"currency": "isk", "destination": account, "source_transaction": charge.id}
    for asked in (
        refunds.create_async({"charge": charge.id, "amount": 10_050}),
        reversals.create_async(charge.transfer, {"amount": 10_050}),
        transfers.create_async({**given, "amount": 10_050}),
    ):
        assert (
            await refused(asked)
        ).code == "invalid_charge_amount_no_decimal_compatible"
    assert (
        await reversals.create_async(charge.transfer, {"amount": 10_000})
    ).amount == 10_000
    assert (await transfers.create_async({**given, "amount": 10_000})).amount == 10_000
    assert (
        await refunds.create_async({"charge": charge.id, "amount": 10_000})
    ).amount == 10_000


async def test_what_is_paid_out_whole_is_transferred_in_hundredths(platform):
    account = await platform.vendor()
    paid = await platform.pay(
        "pm_card_bypassPending",
        amount=2_000_050,
        currency="huf",
        transfer_data={"destination": account},
    )
    platform.settle()
    charge = await platform.v1.charges.retrieve_async(paid.latest_charge)
    back = await platform.v1.transfers.reversals.create_async(
        charge.transfer, {"amount": 1_000_025}
    )
    assert back.amount == 1_000_025


def test_a_fee_takes_no_more_than_was_captured(process):
    account = process.v1.accounts.create(SELLER).id
    process.complete(account)
    given = {
        **PAID,
        "transfer_data": {"destination": account},
        "application_fee_amount": 900,
        "capture_method": "manual",
    }
    held = process.v1.payment_intents.create(given).id
    process.v1.payment_intents.capture(held, {"amount_to_capture": 500})
    process.advance(1)
    [fee] = process.v1.application_fees.list().data
    assert (fee.amount, fee.currency) == (500, "usd")
