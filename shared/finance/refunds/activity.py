"""What happens to refunds, as the history calls it."""

from __future__ import annotations

from enum import StrEnum


class RefundActivity(StrEnum):
    """Acts on a refund; those of its states are called as the states are."""

    REQUESTED = "refund.requested"
    ADOPTED = "refund.adopted"  # made in Stripe's dashboard
    APPROVED = "refund.approved"
    DECLINED = "refund.declined"
    REFUSED = "refund.refused"
    PENDING = "refund.pending"
    REQUIRES_ACTION = "refund.requires_action"
    SUCCEEDED = "refund.succeeded"
    FAILED = "refund.failed"
    CANCELED = "refund.canceled"
