"""What a shopper's bank has to do with a payment that is to be refunded. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from shared.core.frozen import frozen


class Refundability(StrEnum):
    """What the shopper's bank has to do with a payment."""

    CLEAR = "clear"
    INQUIRY = "inquiry"  # it only asks: a refund closes it
    CHARGED_BACK = "charged_back"  # it holds the money until it decides
    DECIDED = "decided"  # it has decided, and Stripe refunds nothing of such a payment any more
    UNKNOWN = "unknown"  # Stripe could not be asked just now


@frozen
class AtBank:
    """What matters to a refund about one dispute at Stripe."""

    is_refundable: bool
    is_inquiry: bool
    is_open: bool


def refundability(disputes: Sequence[AtBank]) -> Refundability:
    """From all disputes of a payment: what keeps it from being refunded comes first, and of that
    what may still end.
    """
    stops = [dispute for dispute in disputes if not dispute.is_refundable]
    if any(dispute.is_open for dispute in stops):
        return Refundability.CHARGED_BACK
    if stops:
        return Refundability.DECIDED
    asks = any(dispute.is_inquiry and dispute.is_open for dispute in disputes)
    return Refundability.INQUIRY if asks else Refundability.CLEAR
