"""Orders and what is left of them, for the rules of refunds."""

from __future__ import annotations

from hypothesis import strategies as st

from shared.finance.refunds.rules import (
    Burden,
    RefundableLine,
    Sum,
)
from shared.trade.commission.rules import RefundPolicy

policies = st.sampled_from(list(RefundPolicy))


@st.composite
def orders(draw: st.DrawFn) -> Sum:
    """An order of some lines with a commission below its total, nothing refunded yet."""
    lines = draw(
        st.lists(
            st.tuples(st.integers(1, 50_000), st.integers(1, 5)),
            min_size=1,
            max_size=4,
        )
    )
    total = sum(unit * ordered for unit, ordered in lines)
    kept = tuple(
        RefundableLine(n, unit, ordered) for n, (unit, ordered) in enumerate(lines)
    )
    return Sum(
        "EUR",
        total,
        draw(st.integers(0, total - 1)),
        0,
        0,
        kept,
    )


def after(order: Sum, amount: int, burden: Burden) -> Sum:
    """The order once that much was given back."""
    return Sum(
        order.currency,
        order.total,
        order.commission,
        order.refunded + amount,
        order.commission_back + burden.commission,
        order.lines,
    )
