"""Which days of the trail are looked at."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo


def day_of(text: str | None) -> date | None:
    """A day as a browser's date field sends it; None for anything else."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def begin_of(day: date | None, zone: tzinfo) -> datetime | None:
    """The first moment of a day in the marketplace's zone; None without a day, or for one that no
    calendar of ours holds.
    """
    return (
        datetime.combine(day, time(), zone)
        if day is not None and 1970 <= day.year < 9000
        else None
    )


def end_of(day: date | None, zone: tzinfo) -> datetime | None:
    """The first moment after a day."""
    return (
        begin_of(day + timedelta(days=1), zone)
        if day is not None and day.year < 9000
        else None
    )
