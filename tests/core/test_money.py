"""Money: integers in minor units, exact whatever the currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel import Locale
from babel.numbers import format_currency, get_currency_symbol
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import Invalid
from shared.core.money import (
    MAX_AMOUNT,
    MINIMUM_CHARGE,
    MINUS,
    Money,
    decimals,
    round_half_up,
    split,
    step,
)

LOCALE = Locale.parse("en")
CURRENCIES = st.sampled_from(
    [
        "EUR",
        "USD",
        "DKK",
        "JPY",
        "KRW",
        "KWD",
        "BHD",
        "ISK",
        "UGX",
    ]
)


@given(currency=CURRENCIES, steps=st.integers(0, 99_999))
def test_what_is_shown_can_be_typed_again(currency: str, steps: int) -> None:
    """to_decimal and parse are each other's inverse for every chargeable amount."""
    money = Money(steps * step(currency), currency)
    assert Money.parse(str(money.to_decimal()), currency) == money


def test_money_is_written_as_english_writes_it() -> None:
    """The same in errors, mails and pages: CLDR's symbol for every currency, our decimals,
    thousands apart, minus in front.
    """
    for currency in map(str, LOCALE.currencies):
        symbol, digits = (
            get_currency_symbol(currency, locale=LOCALE),
            decimals(currency),
        )
        if symbol == "¤":  # the code for no currency at all
            continue
        gap = "\N{NO-BREAK SPACE}" if symbol[-1].isalpha() else ""
        pattern = f"¤{gap}#,##0" + ("." + "0" * digits if digits else "")
        for amount in (0, 5, 4990, -4990, 123456789):
            money = Money(amount, currency)
            wanted = format_currency(
                money.to_decimal(),
                currency,
                pattern,
                locale=LOCALE,
                currency_digits=False,
            )
            assert str(money) == wanted.replace("-", MINUS)


@given(text=st.text(max_size=30), currency=CURRENCIES)
def test_any_text_is_money_or_a_clear_sentence(text: str, currency: str) -> None:
    """Parsing never raises anything but Invalid and never answers more than Stripe takes."""
    try:
        money = Money.parse(text, currency)
    except Invalid:
        return  # any other exception fails the test
    assert 0 <= money.amount <= MAX_AMOUNT


def test_half_a_cent_is_not_truncated() -> None:
    """49.975 euros of a rate's product is 4998 cents, not 4997; nothing on the way is a float."""
    assert round_half_up(Decimal("4997.5")) == 4998
    assert round_half_up(Decimal("-0.5")) == -1


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("500", "JPY", 500),
        ("12.500", "KWD", 12500),
        ("49.90", "EUR", 4990),
        ("1.50", "DKK", 150),
        ("900", "ISK", 90000),
    ],
)
def test_zero_and_three_decimal_currencies(
    text: str, currency: str, minor: int
) -> None:
    """Each currency has its own number of decimals."""
    assert Money.parse(text, currency).amount == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.5", "JPY"),
        ("1.2345", "KWD"),
        ("1.234", "KWD"),
        ("1.234", "EUR"),
        ("1.50", "ISK"),
        ("-1", "EUR"),
        ("1e30", "EUR"),
    ],
)
def test_amounts_a_currency_does_not_have_are_refused(text: str, currency: str) -> None:
    """Too many decimals, negative and absurd amounts get a sentence."""
    with pytest.raises(Invalid):
        Money.parse(text, currency)


def test_different_currencies_do_not_add_up() -> None:
    """A sum across currencies is a programming error."""
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize("value", [1.0, True, Decimal(1), "1"])
def test_money_is_made_of_integers_only(value: object) -> None:
    """Floats, decimals and booleans are refused where money is made."""
    with pytest.raises(TypeError):
        Money(value, "EUR")  # type: ignore[arg-type]


@given(
    amount=st.integers(0, MAX_AMOUNT),
    weights=st.lists(st.integers(0, 1000), min_size=1, max_size=12),
)
def test_a_split_loses_nothing(amount: int, weights: list[int]) -> None:
    """The parts sum to the whole, none is negative, and each is within one unit of its exact
    share.
    """
    if sum(weights) == 0:
        return
    parts = split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)


def test_every_minimum_is_of_a_known_currency() -> None:
    """The table of least charges names ISO currencies and is in their minor unit."""
    assert all(
        len(code) == 3 and decimals(code) in (0, 2, 3) and amount > 0
        for code, amount in MINIMUM_CHARGE.items()
    )
