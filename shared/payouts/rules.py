"""The states of a payout and the moves between them. Pure."""

from __future__ import annotations

from enum import StrEnum


class PayoutState(StrEnum):
    """Where a payout stands. From `pending` on the words are Stripe's own; `paid` may still become `failed` (stripe.md section 14)."""

    OPENING = "opening"  # written down; Stripe has not answered
    REFUSED = "refused"  # Stripe said no; nothing moved
    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


MOVES: dict[PayoutState, frozenset[PayoutState]] = {
    PayoutState.OPENING: frozenset(
        {
            PayoutState.REFUSED,
            PayoutState.PENDING,
            PayoutState.IN_TRANSIT,
            PayoutState.PAID,
            PayoutState.FAILED,
            PayoutState.CANCELED,
        }
    ),
    PayoutState.PENDING: frozenset(
        {PayoutState.IN_TRANSIT, PayoutState.PAID, PayoutState.FAILED, PayoutState.CANCELED}
    ),
    PayoutState.IN_TRANSIT: frozenset({PayoutState.PAID, PayoutState.FAILED, PayoutState.CANCELED}),
    PayoutState.PAID: frozenset({PayoutState.FAILED}),
    PayoutState.FAILED: frozenset(),
    PayoutState.CANCELED: frozenset(),
    PayoutState.REFUSED: frozenset(),
}
UNDER_WAY = frozenset({PayoutState.OPENING, PayoutState.PENDING, PayoutState.IN_TRANSIT})
