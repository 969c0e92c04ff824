"""What happens to payments, as the history calls it."""

from __future__ import annotations

from enum import StrEnum


class PaymentActivity(StrEnum):
    """Acts on a payment; those of its states are called as the states are."""

    OPENED = "payment.opened"
    NOT_OPENED = "payment.not_opened"
    PENDING = "payment.pending"
    REQUIRES_ACTION = "payment.requires_action"
    PROCESSING = "payment.processing"
    SUCCEEDED = "payment.succeeded"
    FAILED = "payment.failed"
    CANCELED = "payment.canceled"
    PARKED = "payment.parked"
    REFUNDED = "payment.refunded"
    REFUND_UNDONE = "payment.refund_undone"
    CHARGE_NOTED = "payment.charge_noted"
    TRANSFERRED = "payment.transferred"
    TRANSFER_REFUSED = "payment.transfer_refused"
