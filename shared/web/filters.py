"""How templates write money, times, percentages and countries; English, by Babel's CLDR data.

Times come as `<time>`: words people say, the exact time on hover. The server only knows UTC; static/js/app.js says the same words
in the reader's own time zone, and `.zone` is hidden where scripts run (base.css).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from markupsafe import Markup

from shared import clock
from shared.money import Money

LOCALE = Locale.parse("en")
_NEAR: Final = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def money(value: Money) -> str:
    """`€49.90` or `DKK 349.00`, with as many decimals as our minor unit has."""
    return str(value)


def moment(value: datetime) -> Markup:
    """`today, 14:05`, `23 Nov, 14:05` or, of another year, `23 Nov 2025, 14:05`."""
    at = value.astimezone(UTC)
    return Markup(
        '<time datetime="{}" title="{}" data-time="moment">{}, {}<span class="zone"> UTC</span></time>'
    ).format(_machine(at), exact(at), spoken(at.date()), format_datetime(at, "HH:mm", locale=LOCALE))


def day(value: datetime | date) -> Markup:
    """The same without the hour: `today`, `23 Nov`, `23 Nov 2025`."""
    if not isinstance(value, datetime):
        whole = format_date(value, "EEEE d MMMM y", locale=LOCALE)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(value.isoformat(), whole, spoken(value))
    at = value.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}" data-time="day">{}</time>').format(
        _machine(at), exact(at), spoken(at.date())
    )


def spoken(value: date) -> str:
    """A day as people say it now: the year only where it is another one."""
    today = clock.now().date()
    near = _NEAR.get((value - today).days)
    return near or format_date(value, "d MMM" if value.year == today.year else "d MMM y", locale=LOCALE)


def _machine(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def exact(at: datetime) -> str:
    """`Monday 23 November 2026, 14:05:00 UTC`, where no `<time>` can stand."""
    return format_datetime(at, "EEEE d MMMM y, HH:mm:ss 'UTC'", locale=LOCALE)


def percent(value: Decimal) -> str:
    """`2.5%`; takes percentages, not fractions."""
    return format_decimal(value, "#,##0.##", locale=LOCALE) + "%"


def country(code: str) -> str:
    """`LU` -> `Luxembourg`; an unknown code stays as it is."""
    return str(LOCALE.territories.get(code.upper(), code))
