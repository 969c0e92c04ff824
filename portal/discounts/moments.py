"""Days and times of a discount as people fill them in, in the marketplace's zone.

A day without a time is the whole day, so an end without one is the midnight after it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.core.frozen import frozen

_DAY = timedelta(days=1)


@frozen
class DayAndTime:
    """A moment as two fields say it; None for both where there is none."""

    day: date | None = None
    time: time | None = None


def begin_of(
    day: date | None,
    at: time | None,
    zone: ZoneInfo,
) -> datetime | None:
    """The moment from which something holds."""
    if day is None:
        return None
    return datetime.combine(day, at or time(), zone).astimezone(UTC)


def end_of(
    day: date | None,
    at: time | None,
    zone: ZoneInfo,
) -> datetime | None:
    """The moment from which it is over."""
    if day is None:
        return None
    return begin_of(day if at is not None else day + _DAY, at, zone)


def as_begin(moment: datetime | None, zone: ZoneInfo) -> DayAndTime:
    """How a form shows a beginning."""
    if moment is None:
        return DayAndTime()
    local = moment.astimezone(zone)
    at = local.time()
    return DayAndTime(local.date(), at if at != time() else None)


def as_end(moment: datetime | None, zone: ZoneInfo) -> DayAndTime:
    """How a form shows an end."""
    if moment is None:
        return DayAndTime()
    local = moment.astimezone(zone)
    if local.time() == time():
        return DayAndTime(local.date() - _DAY)
    return DayAndTime(local.date(), local.time())
