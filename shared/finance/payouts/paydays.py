"""On which days a vendor is paid out. Pure; days are those of the marketplace's zone.

Weekly paydays are weekdays. A monthly one that a month does not have is its last day. Daily means
Monday to Friday, since banks do not work at weekends.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta, tzinfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
DEFAULT_ANCHOR = {"daily": "", "weekly": "monday", "monthly": "1"}
FURTHEST = 62  # days; the next payday of any schedule is nearer


def current_day(now: datetime, zone: tzinfo) -> date:
    """The day whose payouts are due: today in `zone`, but not before Stripe's own day, UTC's, has
    begun as well.

    Money becomes available with Stripe's day. East of Greenwich a payout at local midnight would go
    without it.
    """
    return min(
        now.astimezone(zone).date(),
        now.astimezone(UTC).date(),
    )


def anchor_of(interval: str, anchor: str) -> str:
    """The anchor that counts with this interval: the one chosen where it is one, else the usual
    one.
    """
    if interval == "weekly" and anchor in WEEKDAYS:
        return anchor
    if (
        interval == "monthly"
        and anchor.isascii()
        and anchor.isdigit()
        and len(anchor) <= 2
        and 1 <= int(anchor) <= 31
    ):
        return str(int(anchor))
    return DEFAULT_ANCHOR[interval]


def is_payday(interval: str, anchor: str, day: date) -> bool:
    """Whether money goes out on this day."""
    chosen = anchor_of(interval, anchor)
    if interval == "daily":
        return day.weekday() < len(WEEKDAYS)
    if interval == "weekly":
        return day.weekday() == WEEKDAYS.index(chosen)
    return day.day == min(
        int(chosen),
        calendar.monthrange(day.year, day.month)[1],
    )


def next_payday(interval: str, anchor: str, day: date) -> date:
    """The first payday on or after this day."""
    return next(
        later
        for later in (day + timedelta(days=ahead) for ahead in range(FURTHEST))
        if is_payday(interval, anchor, later)
    )


def last_payday(
    interval: str,
    anchor: str,
    after: date,
    day: date,
) -> date | None:
    """The latest payday in the days `after` < payday <= `day`; None where there is none.

    Earlier ones went by unused.
    """
    found = day
    while found > after and (day - found).days < FURTHEST:
        if is_payday(interval, anchor, found):
            return found
        found -= timedelta(days=1)
    return None


def period(payday: date) -> str:
    """How the payout of a payday is named: there is one per vendor, currency and period."""
    return payday.isoformat()


def given_up(name: str, number: int | str = "") -> str:
    """The name that a refused try of a period is left under, so that the period can be tried again;
    without a number how they all begin.
    """
    return f"{name}#{number}"
