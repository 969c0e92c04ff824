"""The statuses of a dispute, told apart for people. Pure."""

from __future__ import annotations

from enum import StrEnum


class DisputeStatus(StrEnum):
    """Stripe's ten words (stripe.md section 13)."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"
    APPEAL_NEEDS_RESPONSE = "appeal_needs_response"
    APPEAL_UNDER_REVIEW = "appeal_under_review"


INQUIRIES = frozenset(
    {DisputeStatus.WARNING_NEEDS_RESPONSE, DisputeStatus.WARNING_UNDER_REVIEW, DisputeStatus.WARNING_CLOSED}
)
NEEDS_ANSWER = frozenset(
    {DisputeStatus.WARNING_NEEDS_RESPONSE, DisputeStatus.NEEDS_RESPONSE, DisputeStatus.APPEAL_NEEDS_RESPONSE}
)
CLOSED = frozenset({DisputeStatus.WARNING_CLOSED, DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.PREVENTED})
OPEN = frozenset(set(DisputeStatus) - CLOSED)
