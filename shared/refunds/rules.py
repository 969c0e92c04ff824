"""The states of a refund and the moves between them. Pure."""

from __future__ import annotations

from enum import StrEnum


class RefundState(StrEnum):
    """Where a refund stands. From `pending` on the words are Stripe's own (stripe.md section 12)."""

    AWAITING_APPROVAL = "awaiting_approval"  # above the limit: the operator decides
    DECLINED = "declined"  # by the operator; nothing was asked of Stripe
    OPENING = "opening"  # written down; Stripe has not answered
    REFUSED = "refused"  # Stripe said no; nothing moved
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # the money came back to the platform; also after it had succeeded
    CANCELED = "canceled"


_AT_STRIPE = frozenset(
    {RefundState.PENDING, RefundState.REQUIRES_ACTION, RefundState.SUCCEEDED, RefundState.FAILED, RefundState.CANCELED}
)
MOVES: dict[RefundState, frozenset[RefundState]] = {
    RefundState.AWAITING_APPROVAL: frozenset({RefundState.OPENING, RefundState.DECLINED}),
    RefundState.OPENING: _AT_STRIPE | {RefundState.REFUSED},
    RefundState.PENDING: _AT_STRIPE - {RefundState.PENDING},
    RefundState.REQUIRES_ACTION: _AT_STRIPE - {RefundState.REQUIRES_ACTION},
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
    RefundState.FAILED: frozenset(),
    RefundState.CANCELED: frozenset(),
    RefundState.DECLINED: frozenset(),
    RefundState.REFUSED: frozenset(),
}
# These count against what is left of the order: the money has gone, is going, or is spoken for.
COUNTING = frozenset(
    {
        RefundState.AWAITING_APPROVAL,
        RefundState.OPENING,
        RefundState.PENDING,
        RefundState.REQUIRES_ACTION,
        RefundState.SUCCEEDED,
    }
)
UNSETTLED = frozenset({RefundState.OPENING, RefundState.PENDING, RefundState.REQUIRES_ACTION})
