"""Months of account, written `2026-11`, in a time zone. Pure.

A month begins with the first moment whose day in that zone is its first, and lasts until the next
one begins, whatever the clocks there do. Moments are always answered in UTC: Python compares two
moments of one zone by what their clocks show.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from shared.finance.statements.errors import StatementNotFound

# So long after its end a month is closed at the earliest: what was written in its last moment has
# committed by then.
GRACE = timedelta(hours=1)


def month_of(moment: datetime, zone: tzinfo) -> str:
    """The month that a moment is in."""
    return moment.astimezone(zone).strftime("%Y-%m")


def known_month(text: str) -> str:
    """`text` if it names a month. Raises NotFound: it comes out of an address."""
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text, re.ASCII):
        raise StatementNotFound
    return text


def starts(month: str, zone: tzinfo) -> datetime:
    """The month's first moment, in UTC."""
    return datetime(
        int(month[:4]),
        int(month[5:]),
        1,
        tzinfo=zone,
    ).astimezone(UTC)


def ends(month: str, zone: tzinfo) -> datetime:
    """The first moment after the month, in UTC."""
    return starts(following(month), zone)


def last_day(month: str) -> date:
    """The month's last day."""
    after = following(month)
    return date(
        int(after[:4]),
        int(after[5:]),
        1,
    ) - timedelta(days=1)


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


def may_close(month: str, now: datetime, zone: tzinfo) -> bool:
    """Whether nothing can come into the month any more."""
    return now >= ends(month, zone) + GRACE


def opening_of(
    month: str,
    zone: tzinfo,
    closed: tuple[str, datetime] | None,
) -> datetime:
    """When an open month begins: where the month before it ended, if that is `closed` (its name and
    its end).

    Nothing lies between the two then and nothing in both, also where that month was one of another
    zone.
    """
    if closed is not None and following(closed[0]) == month:
        return closed[1]
    return starts(month, zone)


def exact(moment: datetime, zone: tzinfo) -> str:
    """`2026-10-03T16:05:00+02:00`; with `Z` in UTC."""
    text = moment.astimezone(zone).isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if str(zone) == "UTC" else text
