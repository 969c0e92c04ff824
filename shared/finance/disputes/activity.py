"""What happens to disputes, as the history calls it."""

from __future__ import annotations

from enum import StrEnum


class DisputeActivity(StrEnum):
    """Acts on a dispute."""

    OPENED = "dispute.opened"
    WITHDRAWN = "dispute.withdrawn"
    REINSTATED = "dispute.reinstated"
    MOVED = "dispute.moved"
    DRAFTED = "dispute.drafted"
    ATTACHED = "dispute.attached"
    DETACHED = "dispute.detached"
    PART_GIVEN = "dispute.part_given"
    PART_CLOSED = "dispute.part_closed"
    SUBMITTED = "dispute.submitted"
    ACCEPTED = "dispute.accepted"
    ANSWER_REFUSED = "dispute.answer_refused"
