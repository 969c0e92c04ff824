"""The payment's state machine: what is final stays final, and only what was ordered counts as
paid.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.payments.rules import (
    MOVES,
    OPEN_STATES,
    Expected,
    IntentFacts,
    PaymentState,
    after_refunds,
    mismatch,
    next_state,
    state_of_intent,
)
from shared.trade.orders.remaining_money import OrderMoney, Shipping, shipping
from shared.trade.orders.rules import (
    CHECKOUT_MOVES,
    ORDER_MOVES,
    PAYMENT_STATUS_MOVES,
    OrderStatus,
    PaymentStatus,
)

EXPECTED = Expected(
    amount=4990, currency="EUR", destination="acct_1", application_fee=125
)
PAID = IntentFacts(
    status="succeeded",
    amount=4990,
    amount_received=4990,
    currency="EUR",
    destination="acct_1",
    application_fee=125,
    has_error=False,
)
STATUSES = [
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "canceled",
    "succeeded",
]
FACTS = st.builds(
    IntentFacts,
    status=st.sampled_from(STATUSES),
    amount=st.just(4990),
    amount_received=st.sampled_from([0, 4990, 4989]),
    currency=st.sampled_from(["EUR", "USD"]),
    destination=st.sampled_from(["acct_1", "acct_2", None]),
    application_fee=st.sampled_from([125, 0]),
    has_error=st.booleans(),
)


def test_a_decline_is_requires_payment_method_with_an_error() -> None:
    """There is no status payment_failed."""
    declined = replace(
        PAID, status="requires_payment_method", amount_received=0, has_error=True
    )
    assert state_of_intent(declined) is PaymentState.FAILED
    assert state_of_intent(replace(declined, has_error=False)) is PaymentState.PENDING


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_of_an_intent_has_a_word(status: str) -> None:
    """All seven are told apart or waited for."""
    assert state_of_intent(replace(PAID, status=status)) in PaymentState


@pytest.mark.parametrize(
    "change",
    [
        {"amount_received": 4989},
        {"amount_received": 4991},
        {"currency": "USD"},
        {"destination": "acct_2"},
        {"destination": None},
        {"application_fee": 0},
        {"application_fee": 124},
        {"application_fee": 126},
    ],
)
def test_a_success_that_does_not_match_the_order_is_parked(
    change: dict[str, object],
) -> None:
    """Amount, currency, destination and fee are all compared; a cent too much is as wrong as a cent
    too little.
    """
    facts = replace(PAID, **change)  # type: ignore[arg-type]
    assert mismatch(facts, EXPECTED)
    assert next_state(PaymentState.PENDING, facts, EXPECTED) is PaymentState.PARKED


def test_a_success_that_matches_pays() -> None:
    """The plain case, from every state in which money may still arrive."""
    assert {next_state(s, PAID, EXPECTED) for s in OPEN_STATES} == {
        PaymentState.SUCCEEDED
    }


@given(news=st.lists(FACTS, max_size=12))
def test_final_states_are_never_left_by_older_news(news: list[IntentFacts]) -> None:
    """Whatever order news arrives in, a payment that succeeded or was cancelled stays so."""
    state = PaymentState.OPENING
    for facts in news:
        target = next_state(state, facts, EXPECTED)
        if state in (
            PaymentState.SUCCEEDED,
            PaymentState.CANCELED,
            PaymentState.REFUNDED,
        ):
            assert target is None
        if target is PaymentState.SUCCEEDED:
            assert mismatch(facts, EXPECTED) is None
        state = target or state


@pytest.mark.parametrize("state", list(PaymentState))
@pytest.mark.parametrize(
    ("back", "then"),
    [
        (0, "succeeded"),
        (1, "succeeded"),
        (4989, "succeeded"),
        (4990, "refunded"),
    ],
)
def test_a_payment_is_refunded_when_all_of_it_went_back_and_only_then(
    state: PaymentState, back: int, then: str
) -> None:
    """A part leaves it succeeded, and it is succeeded again when a refund fails; what took no money
    stays as it is.
    """
    target = after_refunds(state, total=4990, back=back)
    paid = state in (PaymentState.SUCCEEDED, PaymentState.REFUNDED)
    assert (target or state) == (then if paid else state)
    assert target is None or target in MOVES[state]


def test_transition_tables_are_complete_and_closed() -> None:
    """Each state has its row, and rows name only states of the same machine."""
    for table in (MOVES, CHECKOUT_MOVES, ORDER_MOVES, PAYMENT_STATUS_MOVES):
        states = set(type(next(iter(table))))
        assert set(table) == states
        assert all(targets <= states for targets in table.values())


@pytest.mark.parametrize(
    "payment", [s for s in PaymentStatus if s is not PaymentStatus.PAID]
)
def test_unpaid_orders_are_not_shipped(payment: PaymentStatus) -> None:
    """Goods leave only against money."""
    sendable = (Shipping.READY, Shipping.DOUBTFUL)
    assert shipping(OrderStatus.PROCESSING, OrderMoney(payment, 100)) not in sendable
    assert (
        shipping(OrderStatus.PROCESSING, OrderMoney(PaymentStatus.PAID, 100))
        is Shipping.READY
    )
