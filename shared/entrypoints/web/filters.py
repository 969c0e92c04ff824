"""How templates write money, times, percentages and countries in the language spoken here
(`shared.core.formats`).

Times come as `<time>`: words people say, the exact time on hover. One rule: a time is shown in the
zone by which it is sorted. A moment of its own is the reader's: static/js/app.js says the same
words in the reader's zone, and `.zone` ("UTC") is hidden where scripts run (base.css). A page of
accounts gives its `zone` (of shared/trade/marketplace, or of a closed month): then days are those
of that zone for every reader, and the page names it (`ui.zone`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from shared.core import clock, formats, locales
from shared.core.formats import country, money, number, percent
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.infra.database.counting import MOST
from shared.trade.orders.sold_vat import PaidVat, SoldVat
from shared.trade.vat.sales.words import place_words, rate_words

__all__ = [
    "counted",
    "country",
    "day",
    "exact",
    "filled",
    "moment",
    "money",
    "number",
    "percent",
    "spoken",
    "vat_lines",
    "vat_place",
    "zone_name",
]


def counted(count: int) -> str:
    """`87`; of more than are counted `1,000+`."""
    return number(count) if count <= MOST else f"{number(MOST)}+"


VatLine = tuple[str, Money, str | None]


def vat_lines(
    vat: SoldVat | None,
    whose: str = "",
) -> list[VatLine]:
    """What of a sum is VAT, as a line below it for each rate; `whose`: of which shop."""
    if vat is None:
        return []
    return [(_vat_words(vat, paid), paid.vat, whose or None) for paid in vat.rates]


def vat_place(vat: SoldVat) -> str:
    """Whose VAT it is: a state, or its region where that has rates of its own."""
    return place_words(vat.state, vat.region)


def _vat_words(vat: SoldVat, paid: PaidVat) -> str:
    rate = rate_words(paid.rate)
    if vat.business is not None:
        return _("VAT %(rate)s, reverse charge", rate=rate)
    if vat.by_marketplace:
        price = money(paid.gross)
        return _("%(rate)s VAT in the full price of %(price)s", rate=rate, price=price)
    return _("incl. %(rate)s VAT", rate=rate)


def filled(sentence: str, **values: Any) -> Markup:
    """A translated sentence, its placeholders filled in: a value that is markup stays so, any other
    is escaped.
    """
    return Markup(sentence) % values  # noqa: S704 - a sentence of ours


REMEMBERED = 4096  # times as they were written; the same ones stand on page after page


def moment(value: datetime, zone: tzinfo | None = None) -> Markup:
    """`today, 14:05`, `23 Nov, 14:05` or, of another year, `23 Nov 2025, 14:05`; in `zone`, else in
    the reader's.
    """
    second = value.replace(microsecond=0)
    return _moment(second, zone, _today(zone), locales.current())


def _today(zone: tzinfo | None) -> date:
    return clock.now().astimezone(zone or UTC).date()


@lru_cache(maxsize=REMEMBERED)
def _moment(
    value: datetime,
    zone: tzinfo | None,
    _today: date,
    _language: str,
) -> Markup:
    if zone is not None:
        local = value.astimezone(zone)
        return _fixed(value, zone, f"{spoken(local.date(), zone)}, {local:%H:%M}")
    at = value.astimezone(UTC)
    said = escape(f"{spoken(at.date())}, {formats.time(at, UTC)}")
    return Markup(  # noqa: S704 - escaped
        f'<time datetime="{_machine(at)}" title="{escape(exact(at))}" data-time="moment">'
        f'{said}<span class="zone"> UTC</span></time>'
    )


def day(
    value: datetime | date,
    zone: tzinfo | None = None,
) -> Markup:
    """The same without the hour: `today`, `23 Nov`, `23 Nov 2025`."""
    return _day(value, zone, _today(zone), locales.current())


@lru_cache(maxsize=REMEMBERED, typed=True)
def _day(
    value: datetime | date,
    zone: tzinfo | None,
    _today: date,
    _language: str,
) -> Markup:
    if not isinstance(value, datetime):
        whole = formats.whole_day(value)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            value.isoformat(), whole, spoken(value, zone)
        )
    if zone is not None:
        return _fixed(
            value,
            zone,
            spoken(value.astimezone(zone).date(), zone),
        )
    at = value.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}" data-time="day">{}</time>').format(
        _machine(at), exact(at), spoken(at.date())
    )


def _fixed(value: datetime, zone: tzinfo, words: str) -> Markup:
    """A time that means the same to every reader: nothing tells the script to say it otherwise."""
    machine = _machine(value.astimezone(UTC))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        machine, exact(value, zone), words
    )


def spoken(value: date, zone: tzinfo | None = None) -> str:
    """A day as people say it now, with the year only where it is another one; `zone` (else UTC)
    says which day is today.
    """
    today = clock.now().astimezone(zone or UTC).date()
    near = {
        -1: _("yesterday"),
        0: _("today"),
        1: _("tomorrow"),
    }.get((value - today).days)
    return near or formats.day(value, with_year=value.year != today.year)


def _machine(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def exact(at: datetime, zone: tzinfo = UTC) -> str:
    """`Monday 23 November 2026, 14:05:00 UTC`, where no `<time>` can stand; another zone by its
    name.
    """
    local = at.astimezone(zone)
    return f"{formats.exact_time(local)} {zone_name(zone)}"


def zone_name(zone: tzinfo) -> str:
    """`Europe/Luxembourg`, `America/New York`: as pages name a zone."""
    return str(zone).replace("_", " ")


def time_left(until: datetime) -> str:
    """`3 days left`, `5 hours left`, `Time is up`."""
    return formats.time_left(until, clock.now())
