"""Months of a statement: in UTC, written `2026-11`. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from shared.errors import NotFound

# So long after its end a month is closed at the earliest: what was written in its last moment has committed by then.
GRACE = timedelta(hours=1)
NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def month_of(moment: datetime) -> str:
    """The month that a moment is in."""
    return moment.astimezone(UTC).strftime("%Y-%m")


def known_month(text: str) -> str:
    """`text` if it names a month. Raises NotFound: it comes out of an address."""
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text, re.ASCII):
        raise NotFound("There is no statement for that month.")
    return text


def starts(month: str) -> datetime:
    """The month's first moment."""
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)


def ends(month: str) -> datetime:
    """The first moment after the month."""
    return starts(following(month))


def following(month: str) -> str:
    """The month after."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def until(first: str, last: str) -> list[str]:
    """Every month from `first` to `last`, both included."""
    found = []
    while first <= last:
        found.append(first)
        first = following(first)
    return found


def may_close(month: str, now: datetime) -> bool:
    """Whether nothing can come into the month any more."""
    return now >= ends(month) + GRACE


def spoken(month: str) -> str:
    """`October 2026`."""
    return f"{NAMES[int(month[5:]) - 1]} {month[:4]}"


def spoken_day(moment: datetime) -> str:
    """`3 Oct 2026`, the same on every machine: it stands in documents that never change."""
    at = moment.astimezone(UTC)
    return f"{at.day} {NAMES[at.month - 1][:3]} {at.year}"


def exact(moment: datetime) -> str:
    """`2026-10-03T14:05:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
