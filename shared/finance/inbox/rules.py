"""What may happen to a stored event, what was decided about it, and how long a failed one waits.

Pure.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.frozen import frozen

SOURCES = ("platform", "connect")  # the endpoints


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


class Light(StrEnum):
    """How one webhook endpoint does."""

    QUIET = "quiet"  # nothing came yet
    OK = "ok"
    WARN = "warn"  # something was refused or missed, but Stripe's events come
    BAD = "bad"  # what was sent last did not get in, or belongs to the other endpoint


@frozen
class DeliveryCounts:
    """What one endpoint saw within a day.

    `unheard`: changes at Stripe that we found though no delivery told of them.
    """

    delivered: int = 0
    last_event_at: datetime | None = None
    refused: int = 0
    last_refused_at: datetime | None = None
    misdirected: int = 0
    last_misdirected_at: datetime | None = None
    unheard: int = 0

    @property
    def share_refused(self) -> float:
        """Of all deliveries of the day, the part that was refused; 0 to 1."""
        total = self.delivered + self.refused + self.misdirected
        return (self.refused + self.misdirected) / total if total else 0.0


def light(tally: DeliveryCounts) -> Light:
    """How the endpoint does.

    Refusals alone may be a stranger's knocking, so they are bad only while no event gets in.
    """
    last = tally.last_event_at
    if _later(tally.last_misdirected_at, last) or _later(tally.last_refused_at, last):
        return Light.BAD
    if tally.unheard and not tally.delivered:
        return Light.BAD
    if tally.refused or tally.misdirected or tally.unheard:
        return Light.WARN
    return Light.QUIET if last is None else Light.OK


def _later(moment: datetime | None, than: datetime | None) -> bool:
    return moment is not None and (than is None or moment > than)


def source_of(account: str | None) -> str:
    """Which endpoint an event belongs to: those of connected accounts name their account."""
    return "connect" if account else "platform"


MAX_ATTEMPTS = 8


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after the given number of failed attempts (1 or more): 5 s, 20 s, 80 s ...
    at most 6 h.
    """
    return timedelta(
        seconds=min(
            5 * 4 ** (attempts - 1),
            6 * 3600,
        )
    )


def decide(*, is_ours: bool, changed: bool) -> Decision:
    """The decision about an event that its handler has dealt with, and found to be about something
    of `is_ours`.
    """
    if changed:
        return Decision.APPLIED
    return Decision.OLDER if is_ours else Decision.IGNORED


def lasting_decision(before: str, now: Decision) -> Decision:
    """What stays written about an event after another attempt: that it changed something once is
    never forgotten.
    """
    return Decision.APPLIED if before == Decision.APPLIED else now
