"""Money, days, times, numbers and countries as the language spoken here writes them, by Babel's
CLDR data.

English has ways of its own, which tests hold: `€49.90`, `23 Nov, 14:05`, `2.5%`. The others are
CLDR's.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import NumberPattern, format_decimal, parse_pattern

from shared.core.locales import SOURCE, current, ngettext
from shared.core.locales import gettext as _
from shared.core.money import MINUS, Money, decimals

if TYPE_CHECKING:
    from collections.abc import Sequence

# As people write a day without and with its year, and an exact time; CLDR's own short forms are
# numbers alone.
_DAYS = {
    "en": ("d MMM", "d MMM y"),
    "de": ("d. MMM", "d. MMM y"),
    "fr": ("d MMM", "d MMM y"),
}
_OF_WEEK = {"en": "EEE d MMM", "de": "EEE d. MMM", "fr": "EEE d MMM"}
_WRITTEN = {"en": "d MMMM y", "de": "d. MMMM y", "fr": "d MMMM y"}
WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_NEAR = {"en": "d MMMM", "de": "d. MMMM", "fr": "d MMMM"}
_WHOLE = {"en": "EEEE d MMMM y", "de": "EEEE, d. MMMM y", "fr": "EEEE d MMMM y"}


def locale() -> Locale:
    """CLDR's data of the language spoken here."""
    return _locale(current())


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def money(value: Money) -> str:
    """`€49.90` or `DKK 349.00`, `49,90 €` where that is written; as many decimals as our minor unit
    has.
    """
    if current() == SOURCE:
        return str(value)
    digits = decimals(value.currency)
    pattern = _pattern(current(), digits)
    written = pattern.apply(
        value.to_decimal(),
        locale(),
        currency=value.currency,
        currency_digits=False,
    )
    return signed(str(written))


def signed(written: str) -> str:
    """What was written of a number, with the minus that people read; machines keep the hyphen."""
    return written.replace("-", MINUS)


@cache
def _pattern(language: str, digits: int) -> NumberPattern:
    """How the language writes money, with so many decimals.

    A pattern of our own: CLDR's are shared.
    """
    own = parse_pattern(_locale(language).currency_formats["standard"].pattern)
    own.frac_prec = (digits, digits)
    return own


def number(value: int | Decimal) -> str:
    """`1,204` and `1.204`; a Decimal keeps its digits."""
    if current() == SOURCE:
        return signed(f"{value:,}")
    written = format_decimal(value, locale=locale(), decimal_quantization=False)
    return signed(str(written))


def percent(value: Decimal) -> str:
    """`2.5%`, `2,5 %`; takes percentages, not fractions."""
    return _percent(value, current())


@lru_cache(maxsize=1024)  # mostly rates of VAT and commission
def _percent(value: Decimal, language: str) -> str:
    digits = signed(format_decimal(value, "#,##0.##", locale=_locale(language)))
    return f"{digits}%" if language == SOURCE else f"{digits}\N{NO-BREAK SPACE}%"


def day(value: date, *, with_year: bool) -> str:
    """`23 Nov` or `23 Nov 2025`."""
    pattern = _DAYS[current()][with_year]
    return _day(value, pattern, current())


def _by(
    patterns: dict[str, str],
    value: date,
) -> str:
    language = current()
    return _day(
        value,
        patterns[language],
        language,
    )


@lru_cache(maxsize=4096)
def _day(
    value: date,
    pattern: str,
    language: str,
) -> str:
    locale = _locale(language)
    return format_date(value, pattern, locale=locale)


def day_of_week(value: date) -> str:
    """`Tue 1 Dec`."""
    return _by(_OF_WEEK, value)


def written_day(value: date) -> str:
    """`12 January 2027`."""
    return _by(_WRITTEN, value)


def english_day(value: datetime, zone: tzinfo = UTC) -> str:
    """`3 December 2026` in `zone`, whatever is spoken: for banks and documents."""
    return format_date(
        value.astimezone(zone).date(),
        _WRITTEN[SOURCE],
        locale=_locale(SOURCE),
    )


def whole_day(value: date) -> str:
    """`Monday 23 November 2026`."""
    return _by(_WHOLE, value)


def time(value: datetime, zone: tzinfo) -> str:
    """`14:05`."""
    return f"{value.astimezone(zone):%H:%M}"


def exact_time(value: datetime) -> str:
    """`Monday 23 November 2026, 14:05:00`, of the value's own zone."""
    whole = whole_day(value.date())
    return f"{whole}, {value:%H:%M:%S}"


def country(code: str) -> str:
    """`LU` -> `Luxembourg`; an unknown code stays as it is. `XI`, which is no country, is what VAT
    calls Northern Ireland.
    """
    if code == "XI":
        return _("Northern Ireland")
    return str(locale().territories.get(code.upper(), code))


def country_within(code: str) -> str:
    """A country's name within a sentence."""
    has_article = current() == SOURCE and code in ("GB", "NL", "US")
    return f"the {country(code)}" if has_article else country(code)


def listed(items: Sequence[str]) -> str:
    """`a, b and c`."""
    return format_list(list(items), locale=_of_lists())


def listed_or(items: Sequence[str]) -> str:
    """`a, b or c`."""
    return format_list(list(items), style="or", locale=_of_lists())


def _of_lists() -> Locale | str:
    return "en_GB" if current() == SOURCE else locale()


def deadline(value: datetime, zone: tzinfo = UTC) -> str:
    """`3 December 2026, 00:59 (Europe/Luxembourg)`: a day alone would be the wrong one to half of
    the world.
    """
    return f"{written_day(value.astimezone(zone).date())}, {hour(value, zone)}"


def hour(value: datetime, zone: tzinfo) -> str:
    """`00:59 (Europe/Luxembourg)`."""
    return f"{time(value, zone)} ({str(zone).replace('_', ' ')})"


def near_day(value: datetime, now: datetime, zone: tzinfo) -> str:
    """`3 December`, or `3 January 2027` when that is another year; in `zone`."""
    at = value.astimezone(zone)
    is_near = at.year == now.astimezone(zone).year
    return _by(_NEAR if is_near else _WRITTEN, at.date())


def size(count: int) -> str:
    """So many bytes: `640 bytes`, `23 KB`, `4.5 MB`; as people say it, in thousands."""
    if count < 1000:
        return ngettext("%(num)s byte", "%(num)s bytes", count)
    if count < 999_500:
        return _("%(number)s KB", number=number(round(count / 1000)))
    large = format_decimal(Decimal(count) / 1_000_000, "#,##0.#", locale=locale())
    return _("%(number)s MB", number=large)


def begun_small(text: str) -> str:
    """A title as part of a sentence: `your passport`. German keeps its capitals."""
    return text if current() == "de" else text[:1].lower() + text[1:]


def time_left(until: datetime, now: datetime) -> str:
    """`3 days left`, `1 day left`, `5 hours left`, `Time is up`."""
    left = until - now
    if left <= timedelta(0):
        return _("Time is up")
    if left >= timedelta(days=1):
        return ngettext("%(num)s day left", "%(num)s days left", left.days)
    hours = left // timedelta(hours=1)
    return (
        ngettext("%(num)s hour left", "%(num)s hours left", hours)
        if hours
        else _("Minutes left")
    )


def month(value: str) -> str:
    """`2026-10` -> `October`."""
    return format_date(_first_of(value), "LLLL", locale=locale())


def month_and_year(value: str) -> str:
    """`2026-10` -> `October 2026`."""
    return format_date(_first_of(value), "LLLL y", locale=locale())


def quarter_and_year(first: date) -> str:
    """The quarter that begins on a day: `4th quarter 2026`."""
    return format_date(first, "QQQQ y", locale=locale())


def _first_of(value: str) -> date:
    return date.fromisoformat(f"{value}-01")


def weekday(name: str) -> str:
    """`monday` -> `Monday`; a name that no day has is the first of the week."""
    names = locale().days["stand-alone"]["wide"]
    return str(names[WEEKDAYS.index(name) if name in WEEKDAYS else 0])


def paydays(interval: str, anchor: str) -> str:
    """When one is paid out: `every weekday`, `every Monday`, `on day 31 of each month, or its last
    day`.
    """
    if interval == "daily":
        return _("every weekday")
    if interval == "weekly":
        return _("every %(weekday)s", weekday=weekday(anchor))
    if int(anchor or 1) > 28:  # the longest day that each month has
        return _("on day %(day)s of each month, or its last day", day=anchor)
    return _("on day %(day)s of each month", day=anchor)
