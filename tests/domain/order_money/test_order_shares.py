"""What of an order's money is still there: what disputes do to it, whether it is final, and whether
the order may be sent.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.disputes.rules import DisputeStatus, Withheld, withheld
from shared.trade.orders.remaining_money import (
    MoneyState,
    OrderMoney,
    Shipping,
    missing,
    shipping,
)
from shared.trade.orders.rules import OrderStatus, PaymentStatus

S = DisputeStatus
amounts = st.integers(0, 20_000)


# status, disputed amount, withdrawn, reinstated -> held until it is decided, gone for good
TABLE = [
    (S.WARNING_NEEDS_RESPONSE, 5000, 0, 0, Withheld()),
    (S.WARNING_UNDER_REVIEW, 5000, 0, 0, Withheld()),
    (S.WARNING_CLOSED, 5000, 0, 0, Withheld()),
    (S.NEEDS_RESPONSE, 5000, 5000, 0, Withheld(disputed=5000)),
    # An inquiry became one: the money goes in a moment.
    (
        S.NEEDS_RESPONSE,
        5000,
        0,
        0,
        Withheld(disputed=5000),
    ),
    (S.NEEDS_RESPONSE, 2000, 2000, 0, Withheld(disputed=2000)),  # a part
    (
        S.NEEDS_RESPONSE,
        5000,
        5400,
        0,
        Withheld(disputed=5400),
    ),  # more than it is about: rates
    (S.UNDER_REVIEW, 5000, 5000, 0, Withheld(disputed=5000)),
    (S.WON, 5000, 5000, 5000, Withheld()),
    (S.WON, 5000, 5000, 0, Withheld()),  # the money follows in a moment
    (S.WON, 5000, 5000, 3000, Withheld(lost=2000)),  # a win in part
    (S.LOST, 5000, 5000, 0, Withheld(lost=5000)),
    (S.LOST, 5000, 5000, 2000, Withheld(lost=3000)),
    # Its money moved in a currency that we could not book.
    (
        S.LOST,
        5000,
        0,
        0,
        Withheld(lost=5000),
    ),
    (S.LOST, 2000, 2000, 0, Withheld(lost=2000)),
    (S.LOST, 6000, 6000, 0, Withheld(lost=6000)),
    (S.PREVENTED, 5000, 0, 0, Withheld()),  # blocked
    (S.PREVENTED, 5000, 5000, 0, Withheld(lost=5000)),  # resolved: the shopper has it
    (S.APPEAL_NEEDS_RESPONSE, 5000, 5000, 0, Withheld(disputed=5000)),
    (S.APPEAL_UNDER_REVIEW, 5000, 5000, 0, Withheld(disputed=5000)),
    # The bank appeals against our win.
    (
        S.APPEAL_UNDER_REVIEW,
        5000,
        5000,
        5000,
        Withheld(disputed=5000),
    ),
]


@pytest.mark.parametrize(
    ("status", "amount", "withdrawn", "reinstated", "expected"), TABLE
)
def test_what_a_dispute_does_to_its_order(
    status: DisputeStatus,
    amount: int,
    withdrawn: int,
    reinstated: int,
    expected: Withheld,
) -> None:
    """Every status, with the money where it can be then."""
    assert (
        withheld(status, amount, withdrawn=withdrawn, reinstated=reinstated) == expected
    )


def test_every_status_stands_in_the_table() -> None:
    """A new word of Stripe's is a new row."""
    assert {row[0] for row in TABLE} == set(DisputeStatus)


@pytest.mark.parametrize(
    ("disputes", "state", "ship", "left"),
    [
        (
            [Withheld(lost=2000), Withheld(disputed=3000)],
            MoneyState.DISPUTED,
            Shipping.DOUBTFUL,
            0,
        ),
        (
            [Withheld(lost=2000), Withheld(disputed=1000)],
            MoneyState.DISPUTED,
            Shipping.DOUBTFUL,
            2000,
        ),
        (
            [Withheld(lost=2000), Withheld(lost=3000)],
            MoneyState.LOST,
            Shipping.GONE,
            0,
        ),
        (
            [Withheld(lost=2000), Withheld(lost=1000)],
            MoneyState.PARTLY_LOST,
            Shipping.READY,
            2000,
        ),
        (
            [Withheld(lost=2000), Withheld()],
            MoneyState.PARTLY_LOST,
            Shipping.READY,
            3000,
        ),
        (
            [Withheld(disputed=5000), Withheld(disputed=5000)],
            MoneyState.DISPUTED,
            Shipping.DOUBTFUL,
            0,
        ),
        ([Withheld(lost=5400)], MoneyState.LOST, Shipping.GONE, 0),
        (
            [Withheld(lost=5000), Withheld(disputed=5000)],
            MoneyState.LOST,
            Shipping.GONE,
            0,
        ),
    ],
)
def test_two_disputes_of_one_payment(
    disputes: list[Withheld], state: MoneyState, ship: Shipping, left: int
) -> None:
    """They add up; what is lost altogether is lost, whatever else is still disputed."""
    total = sum(disputes, start=Withheld())
    money = OrderMoney(
        PaymentStatus.PAID, 5000, disputed=total.disputed, lost=total.lost
    )
    assert (
        money.state,
        shipping(OrderStatus.PROCESSING, money),
        money.left,
    ) == (state, ship, left)


@given(
    total=st.integers(1, 20_000),
    parts=st.tuples(amounts, amounts, amounts, amounts),
    payment=st.sampled_from(PaymentStatus),
    status=st.sampled_from(OrderStatus),
)
def test_nothing_is_sent_without_money_and_nothing_goes_back_twice(
    total: int,
    parts: tuple[int, int, int, int],
    payment: PaymentStatus,
    status: OrderStatus,
) -> None:
    """Whatever amounts meet: what may be sent at once has money behind it that nobody claims, and
    what is left is never owed.
    """
    refunded = min(parts[0], total)
    money = OrderMoney(
        payment,
        total,
        refunded,
        min(parts[1], refunded),
        disputed=parts[2],
        lost=parts[3],
    )
    ship = shipping(status, money)
    assert 0 <= money.left <= total
    assert money.left == 0 or money.left + refunded + parts[2] + parts[3] == total
    if ship is Shipping.READY:
        assert (status, payment) == (OrderStatus.PROCESSING, PaymentStatus.PAID)
        assert money.left > 0
        assert not money.disputed
    if money.is_gone:
        assert ship not in (Shipping.READY, Shipping.DOUBTFUL)
        assert money.left == 0
    if status is not OrderStatus.PROCESSING:
        assert ship is Shipping.CLOSED


@given(
    quantity=st.integers(1, 9),
    refunded=st.integers(0, 9),
    restocked=st.integers(0, 9),
)
def test_missing_is_what_stands_on_the_shelf_beyond_what_is_refunded(
    quantity: int, refunded: int, restocked: int
) -> None:
    """Never more than was sold, nothing where refunds speak for all that is there."""
    pieces = missing(quantity=quantity, refunded=refunded, restocked=restocked)
    assert 0 <= pieces <= quantity
    assert pieces == 0 or refunded + pieces == min(restocked, quantity)
