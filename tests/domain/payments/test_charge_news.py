"""What an event says of a charge is news unless our rows hold all of it: the rule, pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.payments.charge_news import KnownPayment, ToldCharge, is_news
from shared.finance.payments.rules import PAID_STATES, PaymentState

COLUMNS = (
    "stripe_charge_id",
    "stripe_transfer_id",
    "stripe_application_fee_id",
    "stripe_balance_transaction_id",
    "payment_method",
    "statement_descriptor",
)
NOTED = {name: f"{name}_1" for name in COLUMNS}
TOLD = ToldCharge(
    amount=4990,
    captured=4990,
    refunded=0,
    currency="EUR",
    paid=True,
    disputed=False,
    failure="",
    is_booked=True,
    noted=NOTED,
)
KNOWN = KnownPayment(PaymentState.SUCCEEDED, 4990, "EUR", lacks=False, noted=NOTED)
TEXTS = st.text(max_size=8)


def test_what_we_hold_is_no_news() -> None:
    """Neither of a payment that went back."""
    assert not is_news(TOLD, [KNOWN])
    assert not is_news(TOLD, [replace(KNOWN, state=PaymentState.REFUNDED)])


@given(st.sampled_from(COLUMNS), TEXTS)
def test_each_thing_that_is_noted_is_news_where_it_is_another(
    column: str, value: str
) -> None:
    """Whatever it is now, and whatever we held: nothing, or something else."""
    told = replace(TOLD, noted={**NOTED, column: value})
    assert is_news(told, [KNOWN])
    for held in (None, "", "something else"):
        known = replace(KNOWN, noted={**NOTED, column: held})
        assert is_news(TOLD, [known])


@given(st.sets(st.sampled_from(COLUMNS)), st.booleans())
def test_what_an_older_event_does_not_know_yet_is_no_news(
    without: set[str], lacks: bool
) -> None:
    """An event of before Stripe booked the charge, whenever it comes."""
    noted = {name: None if name in without else NOTED[name] for name in COLUMNS}
    told = replace(TOLD, noted=noted, is_booked=False)
    assert not is_news(told, [replace(KNOWN, lacks=lacks)])


def test_a_booked_charge_of_which_we_lack_something_is_news() -> None:
    """What an event does not say may be there by now: fee, transfer, the day of the money."""
    assert is_news(TOLD, [replace(KNOWN, lacks=True)])


@pytest.mark.parametrize(
    "more",
    [
        {"paid": False},
        {"captured": 0},
        {"captured": 4989},
        {"refunded": 1},
        {"disputed": True},
        {"failure": "highest_risk_level"},
        {"amount": 4991, "captured": 4991},
        {"currency": "USD"},
    ],
)
def test_a_charge_to_which_anything_happened_is_read(more: dict[str, Any]) -> None:
    """Refunded, disputed, captured in part, failed, or of another amount."""
    assert is_news(replace(TOLD, **more), [KNOWN])


@given(st.sampled_from([s for s in PaymentState if s not in PAID_STATES]))
def test_a_payment_that_has_not_succeeded_is_read(state: PaymentState) -> None:
    """Whatever it holds of its charge already."""
    assert is_news(TOLD, [replace(KNOWN, state=state)])


def test_a_charge_that_several_orders_share_is_known_when_each_holds_it() -> None:
    """And their parts come to it; of nobody's charge everything is news."""
    parts = [replace(KNOWN, amount=4000), replace(KNOWN, amount=990)]
    assert not is_news(TOLD, parts)
    assert is_news(TOLD, parts[:1])
    assert is_news(TOLD, [])
    other = replace(parts[1], noted={**NOTED, "stripe_charge_id": None})
    assert is_news(TOLD, [parts[0], other])
