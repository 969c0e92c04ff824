"""What may happen to a stored event, and how long a failed one waits. Pure."""

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


MAX_ATTEMPTS = 8


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after the given number of failed attempts (1 or more): 5 s, 20 s, 80 s ... at most 6 h."""
    return timedelta(seconds=min(5 * 4 ** (attempts - 1), 6 * 3600))
