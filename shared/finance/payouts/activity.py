"""What happens to payouts and reserves, as the history calls it."""

from __future__ import annotations

from enum import StrEnum


class PayoutActivity(StrEnum):
    """Acts on a payout, or on what is held back of an order; those of states are called as the
    states are.
    """

    MADE = "payout.made"
    REQUESTED = "payout.requested"
    CANCEL_REQUESTED = "payout.cancel_requested"
    PENDING = "payout.pending"
    IN_TRANSIT = "payout.in_transit"
    PAID = "payout.paid"
    FAILED = "payout.failed"
    CANCELED = "payout.canceled"
    REFUSED = "payout.refused"
    HELD = "reserve.held"
    LET_GO = "reserve.let_go"
    RELEASED = "reserve.released"
