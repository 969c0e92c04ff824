"""What refunds and disputes take from vendors, as the history calls it."""

from __future__ import annotations

from enum import StrEnum


class ClaimActivity(StrEnum):
    """Acts on a claim; their subject is the refund, the dispute or the correction that it is
    for.
    """

    REVERSAL = "claim.reversal"
    TRANSFER = "claim.transfer"
    FEE_REFUND = "claim.fee_refund"
    BY_HAND = "claim.by_hand"
    CORRECTED = "claim.corrected"
    SET_OFF = "claim.set_off"
    OWES = "vendor.owes"
    OWES_LESS = "vendor.owes_less"
    WRITTEN_OFF = "claim.written_off"
