"""The platform's commission."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import Invalid
from shared.core.money import MAX_AMOUNT, step
from shared.trade.commission.rules import share

RATES = st.decimals(min_value=0, max_value=Decimal("99.99"), places=2)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "ISK"])


@given(steps=st.integers(1, 9_999), rate=RATES, currency=CURRENCIES)
def test_the_fee_is_never_negative_and_never_everything(
    steps: int, rate: Decimal, currency: str
) -> None:
    """0 <= fee < amount, in the currency's smallest chargeable step."""
    amount = steps * step(currency)
    fee = share(amount, rate, currency)
    assert 0 <= fee < amount
    assert fee % step(currency) == 0


@given(amount=st.integers(2, MAX_AMOUNT), rate=RATES)
def test_the_fee_is_half_up_to_the_cent(amount: int, rate: Decimal) -> None:
    """No fee is further than half a cent from its exact value, and a tie goes up; computed here in
    whole numbers.
    """
    exact_times_20000 = amount * int(rate * 100) * 2
    expected = (exact_times_20000 + 10_000) // 20_000
    assert share(amount, rate, "EUR") == min(expected, amount - 1)


def test_2_9_percent_of_1000_is_29() -> None:
    """A float would make 28 of it."""
    assert share(1000, Decimal("2.9"), "EUR") == 29


@given(amount=st.integers(1, MAX_AMOUNT - 1), rate=RATES)
def test_a_dearer_order_never_costs_less_fee(amount: int, rate: Decimal) -> None:
    """The fee grows with the amount."""
    assert share(amount, rate, "EUR") <= share(amount + 1, rate, "EUR")


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_to_pay_is_a_sentence(amount: int) -> None:
    """There is no fee on nothing."""
    with pytest.raises(Invalid):
        share(amount, Decimal("2.5"), "EUR")


@pytest.mark.parametrize(
    "rate",
    [Decimal("-0.01"), Decimal(100), Decimal(1000)],
)
def test_a_rate_out_of_range_is_a_programming_error(rate: Decimal) -> None:
    """Rates are checked where they are set; here they are trusted to be checked."""
    with pytest.raises(ValueError, match="out of range"):
        share(1000, rate, "EUR")
