"""What may happen to a stored event, what was decided about it, and how long a failed one waits. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class EventStatus(StrEnum):
    """Where an event stands in the inbox."""

    RECEIVED = "received"
    HANDLED = "handled"
    IGNORED = "ignored"
    FAILED = "failed"  # will be tried again
    PARKED = "parked"  # given up on; a person may replay it


class Decision(StrEnum):
    """What an event meant to us. That it came again is counted beside it, not decided."""

    APPLIED = "applied"  # something of ours changed
    OLDER = "older"  # known already: nothing changed
    IGNORED = "ignored"  # not ours, no handler for it, or the other mode
    FAILED = "failed"  # it could not be applied


MAX_ATTEMPTS = 8
NOT_OURS = "not ours"  # what a handler answers about an object that is none of Markethall's


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after the given number of failed attempts (1 or more): 5 s, 20 s, 80 s ... at most 6 h."""
    return timedelta(seconds=min(5 * 4 ** (attempts - 1), 6 * 3600))


def decide(*, outcome: str, changed: bool) -> Decision:
    """The decision about an event that its handler has dealt with."""
    if changed:
        return Decision.APPLIED
    return Decision.IGNORED if outcome == NOT_OURS else Decision.OLDER


def standing(before: str, now: Decision) -> Decision:
    """What stays written about an event after another attempt: that it changed something once is never forgotten."""
    return Decision.APPLIED if before == Decision.APPLIED else now
