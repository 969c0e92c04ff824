"""Months of account in the marketplace's time zone: in three of them, and when it is changed
between two closings.
"""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from shared.core import clock
from shared.finance.ledger.models import LedgerEntry
from shared.finance.overview.figures import figures
from shared.finance.statements import months
from shared.finance.statements.document import as_pdf
from shared.finance.statements.exports import as_csv
from shared.finance.statements.invoice_issuer import save_identity
from shared.finance.statements.models import Statement
from shared.finance.statements.month_lists import months_of
from shared.finance.statements.queries import statement_of
from shared.finance.statements.service import close_vendor
from tests.support.books import at, sold
from tests.support.factories import make_ready_vendor
from tests.support.issuer import US
from tests.support.portal import signed_in
from tests.support.storefront import words
from tests.support.zones import live_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.trade.vendors.models import Vendor

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]
# A zone at home whose clocks change in the last week of a month, one whose midnight comes twice on
# the first of November, and one that is fourteen hours ahead: the last moment of its October, and
# the first of its November.
TURNS = {
    "Europe/Luxembourg": ("2026-10-31 22:59:59", "2026-10-31 23:00"),
    "America/Havana": ("2026-11-01 03:59:59", "2026-11-01 04:00"),
    "Pacific/Kiritimati": ("2026-10-31 09:59:59", "2026-10-31 10:00"),
}


async def a_vendor() -> Vendor:
    """And somebody who writes invoices."""
    await save_identity(US, actor="test")
    return await make_ready_vendor()


async def close(vendor: Vendor, moment: str) -> int:
    """Close what is over at that moment."""
    with clock.use(lambda: at(moment)):
        return await close_vendor(vendor.id)


async def files(vendor: Vendor, month: str) -> str:
    """The digest of a month's two files."""
    view = await statement_of(vendor.id, month)
    return hashlib.sha256(as_csv(view) + as_pdf(view)).hexdigest()


@pytest.mark.parametrize("zone", TURNS)
async def test_a_sale_belongs_to_the_month_that_it_is_there(zone: str) -> None:
    """To the second; page, files and the mail's month are of the same clock, and closing waits
    until it is over there.
    """
    await live_in(zone)
    vendor = await a_vendor()
    last, first = (at(moment) for moment in TURNS[zone])
    await sold(vendor, last, total=5000, commission=500)
    await sold(vendor, first, total=7000, commission=700)

    with clock.use(lambda: first + timedelta(minutes=59)):
        assert await close_vendor(vendor.id) == 0
    with clock.use(lambda: first + timedelta(hours=1)):
        assert await close_vendor(vendor.id) == 1
        running, closed = await months_of(vendor.id)
    assert [(row.month, row.closing.amount) for row in (closed, running)] == [
        ("2026-10", 4500),
        ("2026-11", 10800),
    ]
    october = await Statement.get()
    assert (october.time_zone, october.ends_at) == (zone, first)
    rows = list(
        csv.DictReader(
            io.StringIO(
                as_csv(await statement_of(vendor.id, "2026-10")).decode(), newline=""
            )
        )
    )
    # Opening, sale, end.
    assert [row["date"][:10] for row in rows] == [
        "2026-10-01",
        "2026-10-31",
        "2026-11-01",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("UTC", "America/Havana"),
        ("Europe/Luxembourg", "Pacific/Kiritimati"),
        ("Pacific/Kiritimati", "America/Havana"),
    ],
)
async def test_a_change_of_the_zone_loses_nothing_and_counts_nothing_twice(
    before: str, after: str
) -> None:
    """What was closed stays to the byte; the first open month begins where the last closed one
    ended.
    """
    await live_in(before)
    vendor = await a_vendor()
    for hours in range(-30, 31, 12):  # around the turn of the month, wherever that is
        await sold(
            vendor,
            at("2026-11-01 00:30") + timedelta(hours=hours),
            total=1000,
            commission=100,
        )
    await sold(vendor, at("2026-11-15 12:00"), total=1000, commission=100)
    assert await close(vendor, "2026-11-02 18:00") == 1
    kept = await files(vendor, "2026-10")

    await live_in(after)
    with clock.use(lambda: at("2026-11-20 12:00")):
        november = await statement_of(vendor.id, "2026-11")
    closed = await Statement.get()
    assert november.starts_at == closed.ends_at
    assert november.begins_otherwise == (
        months.starts("2026-11", november.zone) != closed.ends_at
    )
    assert november.sheet.opening == closed.closing
    assert await close(vendor, "2026-12-02 18:00") == 1
    assert await files(vendor, "2026-10") == kept
    lines = [
        line
        for month in ("2026-10", "2026-11")
        for line in (await statement_of(vendor.id, month)).sheet.lines
    ]
    assert len(lines) == 7
    assert sum(line.net for line in lines) == 7 * 900
    assert await LedgerEntry.filter(account="vendor_payable").count() == 7


@pytest.mark.one_engine
async def test_the_page_says_by_which_clock_its_days_are(
    client: TestClientProtocol,
) -> None:
    """For every reader the same: no script says them in another zone."""
    await live_in("Europe/Luxembourg")
    await save_identity(US, actor="test")
    with clock.use(lambda: at("2026-12-20 12:00")):
        portal = await signed_in(client)
        vendor = await portal.vendor()
        await sold(vendor, at("2026-11-30 23:28"))
        await sold(vendor, at("2026-12-10 12:00"))
        page = await portal.get("/vendor/admin/statements/2026-12")
        assert "Days and times are those of Europe/Luxembourg." in words(page)
        assert ">1 Dec, 00:28</time>" in page
        assert "data-time" not in page[page.index("<h1") :]
        assert (
            await portal.send("GET", "/vendor/admin/statements/2026-11")
        ).status_code == 404
        assert "Days and times are those of Europe/Luxembourg." in words(
            await portal.get("/vendor/admin/statements")
        )
        told = as_csv(await statement_of(vendor.id, "2026-12")).decode()
    assert "2026-12-01T00:28:00+01:00,sale" in told


@pytest.mark.one_engine
async def test_an_invoices_year_is_the_one_that_it_is_there() -> None:
    """Closed at one in the morning of New Year's Day in Kiritimati: the last of December
    elsewhere.
    """
    await live_in("Pacific/Kiritimati")
    vendor = await a_vendor()
    await sold(vendor, at("2026-12-05 10:00"))
    assert await close(vendor, "2026-12-31 11:30") == 1
    assert (await Statement.get()).number == "MH-2027-000001"


async def test_todays_figures_begin_at_the_marketplaces_midnight() -> None:
    """A sale of half past eleven in the evening in London is of today in Luxembourg from midnight
    on.
    """
    vendor = await a_vendor()
    await sold(vendor, at("2026-11-30 22:30"), total=1000, commission=100)
    await sold(vendor, at("2026-11-30 23:30"), total=2000, commission=200)
    for zone, today in (
        ("Europe/Luxembourg", 2000),
        ("UTC", 3000),
        ("America/Havana", 3000),
    ):
        await live_in(zone)
        with clock.use(lambda: at("2026-11-30 23:45")):
            (found,) = await figures(ZoneInfo(zone))
        assert (
            found.sales[0].amount,
            found.sales[1].amount,
        ) == (today, 3000), zone
