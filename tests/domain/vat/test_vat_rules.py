"""Who owes the VAT on the commission, and what it is in the currency of the state that it goes
to.
"""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.money import Money, decimals
from shared.trade.vat.errors import BadRate
from shared.trade.vat.queries import note_of
from shared.trade.vat.rates import read_rate
from shared.trade.vat.rules import (
    EU,
    Rate,
    Treatment,
    converted,
    currency_of,
    latest,
    needs_rate,
    state_vat,
    treatment,
)

LAST = date(2026, 11, 30)
D, U = Treatment.DOMESTIC, Treatment.UNPROVEN
R, O = Treatment.REVERSE_CHARGE, Treatment.OUTSIDE  # noqa: E741
# Seller, buyer, number, confirmed -> what becomes of the VAT.
TABLE = (
    ("LU", "LU", "", False, D),
    ("LU", "LU", "LU15027442", False, D),
    ("LU", "LU", "LU15027442", True, D),
    ("LU", "DK", "", False, U),
    ("LU", "DK", "DK13585628", False, U),
    ("LU", "DK", "DK13585628", True, R),
    ("LU", "DK", "", True, U),
    ("LU", "GR", "EL094259216", True, R),
    ("LU", "CH", "CHE107787577", False, U),
    ("LU", "CH", "CHE107787577", True, O),
    ("LU", "CH", "", True, O),
    ("LU", "LI", "CHE107787577", True, O),
    ("LU", "NO", "NO995525828MVA", True, O),
    ("LU", "GB", "GB980780684", True, O),
    ("LU", "GB", "XI980780684", False, U),
    ("LU", "GB", "XI980780684", True, O),
    ("GB", "GB", "XI980780684", True, D),
    ("GB", "LU", "LU15027442", True, O),
    ("CH", "LU", "LU15027442", False, U),
    ("CH", "LI", "CHE107787577", True, O),
)


@pytest.mark.parametrize(("seller", "buyer", "number", "is_confirmed", "found"), TABLE)
def test_which_rule_decides(
    seller: str, buyer: str, number: str, is_confirmed: bool, found: Treatment
) -> None:
    """Same state, another member state, outside the EU; a number decides only once it is confirmed,
    and in the EU only.
    """
    assert treatment(seller, buyer, number=number, is_confirmed=is_confirmed) is found
    assert bool(note_of(found)) is not found.is_charged


def test_nothing_unconfirmed_takes_the_vat_away() -> None:
    """In no pair of countries, with whatever number."""
    everywhere = sorted({*EU, "GB", "CH", "LI", "NO"})
    for seller, buyer in itertools.product(everywhere, repeat=2):
        assert treatment(
            seller, buyer, number="DK13585628", is_confirmed=False
        ).is_charged


@pytest.mark.parametrize(
    ("state", "currency"),
    [
        ("LU", "EUR"),
        ("DK", "DKK"),
        ("SE", "SEK"),
        ("BG", "EUR"),
        ("GB", "GBP"),
        ("LI", "CHF"),
    ],
)
def test_a_state_is_owed_its_own_currency(state: str, currency: str) -> None:
    """Which may be another country's."""
    assert currency_of(state) == currency
    assert not needs_rate(Money(100, currency), state)
    assert needs_rate(Money(100, "USD"), state)
    assert not needs_rate(Money(0, "USD"), state)


@pytest.mark.parametrize(
    ("amount", "rate", "found"),
    [
        (
            Money(17000, "DKK"),
            ("EUR", "DKK", "7.4604"),
            Money(2279, "EUR"),
        ),  # 22.7869...
        (
            Money(-17000, "DKK"),
            ("EUR", "DKK", "7.4604"),
            Money(-2279, "EUR"),
        ),
        (
            Money(5, "DKK"),
            ("EUR", "DKK", "10"),
            Money(1, "EUR"),
        ),  # exactly half of a cent
        (
            Money(-5, "DKK"),
            ("EUR", "DKK", "10"),
            Money(-1, "EUR"),
        ),
        (Money(1000, "JPY"), ("EUR", "JPY", "160"), Money(625, "EUR")),
        (Money(625, "EUR"), ("EUR", "JPY", "160"), Money(1000, "JPY")),
        (Money(1000, "KWD"), ("KWD", "EUR", "2.8"), Money(280, "EUR")),
        (Money(100, "EUR"), ("KWD", "EUR", "3"), Money(333, "KWD")),
    ],
)
def test_an_amount_in_another_currency(
    amount: Money, rate: tuple[str, str, str], found: Money
) -> None:
    """Either way round, whatever decimals the two have, halves away from zero."""
    assert (
        converted(
            amount,
            Rate(rate[0], rate[1], Decimal(rate[2]), "Bank", LAST),
        )
        == found
    )


RATES = st.decimals(
    min_value=Decimal("0.00001"),
    max_value=Decimal(100000),
    places=8,
).filter(bool)
CURRENCIES = st.sampled_from(["EUR", "DKK", "HUF", "JPY", "KWD", "CHF"])


@given(
    amount=st.integers(-(10**9), 10**9),
    pair=st.lists(CURRENCIES, min_size=2, max_size=2, unique=True),
    rate=RATES,
)
def test_what_is_converted_is_at_most_half_a_minor_unit_off(
    amount: int, pair: list[str], rate: Decimal
) -> None:
    """And a credit note is the invoice with the other sign."""
    one, other = pair
    known = Rate(one, other, rate, "Bank", LAST)
    found = converted(Money(amount, one), known)
    exact = amount * Fraction(rate) * Fraction(10) ** (decimals(other) - decimals(one))
    assert found.currency == other
    assert abs(found.amount - exact) <= Fraction(1, 2)
    assert converted(Money(-amount, one), known) == Money(-found.amount, other)
    back = converted(Money(amount, other), known)
    exact_back = (
        amount / Fraction(rate) * Fraction(10) ** (decimals(one) - decimals(other))
    )
    assert abs(back.amount - exact_back) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("days_before", "is_known"),
    [
        (-1, False),
        (0, True),
        (3, True),
        (6, True),
        (7, False),
    ],
)
def test_a_month_takes_the_rate_of_its_last_day_or_of_the_last_one_before(
    days_before: int, is_known: bool
) -> None:
    """One of a week before is not the latest: a newer one has been published since."""
    rate = Rate("EUR", "DKK", Decimal(7), "Bank", LAST - timedelta(days=days_before))
    older = Rate("EUR", "DKK", Decimal(8), "Bank", LAST - timedelta(days=30))
    assert latest([older, rate], LAST) == (rate if is_known else None)
    found = state_vat(Money(700, "DKK"), "LU", [older, rate], LAST)
    assert (found.amount if found else None) == (
        Money(100, "EUR") if is_known else None
    )


def test_the_newest_of_several_rates_counts_and_other_pairs_never() -> None:
    """Whatever order they are read in."""
    first, second = (
        Rate(
            "EUR",
            "DKK",
            Decimal(n),
            "Bank",
            LAST - timedelta(days=n),
        )
        for n in (3, 1)
    )
    foreign = Rate("EUR", "SEK", Decimal(11), "Bank", LAST)
    for rates in ([first, second, foreign], [foreign, second, first]):
        found = state_vat(Money(100, "DKK"), "LU", rates, LAST)
        assert found is not None
        assert found.rate == second
    with pytest.raises(ValueError, match="nothing about DKK"):
        converted(Money(1, "DKK"), foreign)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("7.4604", "7.4604"),
        (" 7,4604 ", "7.4604"),
        ("1.085", "1.085"),
        ("161", "161"),
        ("７．５", "7.5"),
    ],
)
def test_a_rate_is_read_with_point_or_comma(typed: str, read: str) -> None:
    """As it is printed in any country."""
    assert read_rate(typed) == Decimal(read)


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "1,085", "-1", "1.2.3", "1,085.5", "1e3", "NaN", "1/2", "9" * 40],
)
def test_what_is_no_rate_or_could_be_two_is_refused(typed: str) -> None:
    """`1,085` is one and a bit to some and a thousand to others."""
    with pytest.raises(BadRate):
        read_rate(typed)
