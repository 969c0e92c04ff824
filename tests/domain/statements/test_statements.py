"""A month is closed once, with its sums and its number, and never changes."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tortoise.exceptions import IntegrityError

from shared.finance.ledger import postings
from shared.finance.statements import entries, jobs
from shared.finance.statements.invoice_issuer import (
    InvoiceIssuer,
    identity,
    save_identity,
)
from shared.finance.statements.models import MarketplaceIdentity, Statement
from shared.finance.statements.month_lists import months_of
from shared.finance.statements.queries import statement_of
from shared.finance.statements.service import close_vendor
from shared.infra.audit.models import AuditEntry
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.trade.marketplace import identity as identity_of_market
from shared.trade.marketplace import presentation
from shared.trade.vat.holders import of_vendor
from shared.trade.vat.service import state_number
from shared.trade.vendors.models import Vendor
from tests.support.books import arrived, at, book, refunded, sold
from tests.support.closed_months import (
    NOVEMBER,
    a_vendor,
    an_october,
    both,
    close,
    now,
)
from tests.support.factories import make_ready_vendor
from tests.support.issuer import US
from tests.support.vat import confirmed

if TYPE_CHECKING:
    from shared.infra.jobs import Context

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]


async def test_a_month_is_closed_with_sums_and_number() -> None:
    """Boundaries are UTC; each month opens with what the one before closed with."""
    vendor = await a_vendor()
    await an_october(vendor)
    assert await close(vendor) == 2
    september, october = await Statement.all().order_by("month")
    assert (
        september.month,
        september.opening,
        september.closing,
        september.number,
    ) == (
        "2026-09",
        0,
        4500,
        "MH-2026-000001",
    )
    assert (october.opening, october.closing, october.number) == (
        4500,
        4500 + 9000 - 1800 - 4000,
        "MH-2026-000002",
    )
    assert (october.commission, october.vat) == (
        1000 - 200 + 300 - 300,
        116,
    )  # 800 / 1.17 * 0.17
    view = await statement_of(vendor.id, "2026-10")
    assert [
        (line.kind, line.gross, line.commission, line.net, line.balance)
        for line in view.sheet.lines
    ] == [
        ("sale", 10000, -1000, 9000, 13500),
        ("refund", -2000, 200, -1800, 11700),
        ("payout_arrived", -4000, 0, -4000, 7700),
        ("sale", 2000, -300, 1700, 9400),
        ("dispute_withdrawn", -2000, 300, -1700, 7700),
    ]
    assert (view.sheet.opening, view.sheet.closing) == (
        october.opening,
        october.closing,
    )
    assert (
        view.invoice.net + view.invoice.vat == view.invoice.gross == october.commission
    )


@pytest.mark.parametrize(
    "moment", ["2026-10-31 23:00", "2026-11-01 00:00", "2026-11-01 00:59"]
)
async def test_a_month_that_is_not_over_for_an_hour_stays_open(moment: str) -> None:
    """What was written in its last moment may still be on its way."""
    vendor = await a_vendor()
    await sold(vendor, at("2026-10-05 10:00"))
    assert await close(vendor, at(moment)) == 0
    with now(at(moment)):
        *_, row = await months_of(vendor.id)  # the running month stands above it
        view = await statement_of(vendor.id, "2026-10")
    assert (row.number, view.number, row.closing.amount, view.sheet.closing) == (
        None,
        None,
        9000,
        9000,
    )


async def test_a_closed_month_never_changes() -> None:
    """Not by sales, refunds and payouts since, nor by a new name, percentage, address or VAT
    number; to the byte.
    """
    vendor = await a_vendor(country="DK")
    await an_october(vendor)
    await close(vendor)
    before = await both(vendor, "2026-10"), await both(vendor, "2026-09")
    order = await sold(vendor, at("2026-11-02 10:00"))
    await refunded(order, at("2026-11-03 10:00"), vendor_part=900, commission_part=100)
    await arrived(vendor, at("2026-11-04 10:00"), 500)
    await save_identity(
        InvoiceIssuer("Other", "Elsewhere 1", "FR", "FR40303265045", Decimal(20), "XX"),
        actor="test",
    )
    await state_number(holder=of_vendor(vendor.id), text="DK12345674", actor="test")
    await confirmed(vendor)
    await (
        (await Vendor.get(id=vendor.id))
        .update_from_dict({"name": "Renamed", "city": "Aarhus"})
        .save()
    )
    await presentation.introduce(
        identity_of_market.MarketIdentity(name="Basar"), actor="test"
    )
    with now(at("2026-12-24 12:00")):
        assert (await both(vendor, "2026-10"), await both(vendor, "2026-09")) == before
        await close_vendor(vendor.id)
        november = await both(vendor, "2026-11")
        await presentation.introduce(
            identity_of_market.MarketIdentity(name="Agora"), actor="test"
        )
        assert await both(vendor, "2026-11") == november
        assert (await statement_of(vendor.id, "2026-11")).market == "Basar"


async def test_what_turns_up_too_late_is_in_the_next_month() -> None:
    """Another machine's clock was behind: the closed month stays, and no cent is lost."""
    vendor = await a_vendor()
    await sold(vendor, at("2026-10-05 10:00"))
    await close(vendor)
    before = await both(vendor, "2026-10")
    await sold(vendor, at("2026-10-31 23:00"), total=3000, commission=300)
    await sold(vendor, at("2026-11-20 23:00"), total=1000, commission=100)
    assert await both(vendor, "2026-10") == before
    with now(at("2026-11-25 10:00")):
        running = await statement_of(vendor.id, "2026-11")
    assert [line.net for line in running.sheet.lines] == [2700, 900]
    assert (running.sheet.opening, running.sheet.closing) == (9000, 12600)
    assert await close(vendor, at("2026-12-01 01:00")) == 1
    november = await Statement.get(month="2026-11")
    assert (november.opening, november.closing) == (9000, 12600)
    assert await close(vendor, at("2027-01-01 01:00")) == 0


async def everything(vendor: Vendor) -> list[object]:
    """What pages and files say of every month of a vendor."""
    rows = await months_of(vendor.id)
    sheets = [(await statement_of(vendor.id, row.month)).sheet for row in rows]
    return [*rows, *sheets]


async def test_months_are_counted_from_the_last_closing_as_from_the_first_entry() -> (
    None
):
    """With a reserve, what turned up late, and a month in which nothing was; closings of before
    that was kept say nothing of it, and all is counted.
    """
    vendor = await a_vendor()
    await an_october(vendor)
    held = postings.Reserved(1, 1, vendor.id, "EUR", 700, "pi_1", 0)
    await book(postings.reserved(held), at("2026-10-20 10:00"))
    await close(vendor)
    await sold(vendor, at("2026-10-31 23:00"), total=3000, commission=300)
    await sold(vendor, at("2026-11-20 23:00"), total=1000, commission=100)
    await sold(vendor, at("2027-01-05 12:00"), total=2000, commission=200)
    assert await Statement.filter(reserved=700, owed=0).count() == 1
    with now(at("2027-01-20 12:00")):
        from_closing = await everything(vendor)
        assert len(from_closing) == 2 * 5
        await Statement.all().update(reserved=None, owed=None)
        assert await everything(vendor) == from_closing


async def test_a_quiet_month_takes_no_number_and_the_next_one_opens_as_the_last_closed() -> (
    None
):
    """And nothing of it is missing in between."""
    vendor = await a_vendor()
    await sold(vendor, at("2026-10-05 10:00"))
    await sold(vendor, at("2026-12-05 10:00"))
    assert await close(vendor, at("2027-01-02 10:00")) == 2
    october, december = await Statement.all().order_by("month")
    assert (october.closing, december.opening) == (9000, 9000)
    assert [october.number, december.number] == ["MH-2027-000001", "MH-2027-000002"]
    view = await statement_of(vendor.id, "2026-12")
    assert (view.sheet.opening, view.sheet.closing) == (9000, 18000)


async def test_closing_twice_at_once_gives_one_statement_and_two_vendors_two_numbers() -> (
    None
):
    """The numbers have no gaps, however many workers close."""
    vendors = [await a_vendor(f"Shop {n}") for n in range(4)]
    for vendor in vendors:
        await sold(vendor, at("2026-10-05 10:00"))
    with now(NOVEMBER):
        await asyncio.gather(
            *(close_vendor(vendor.id) for vendor in [*vendors, *vendors])
        )
    numbers = await Statement.all().order_by("id").values_list("number", flat=True)
    assert numbers == [f"MH-2026-{n:06d}" for n in range(1, 5)]
    assert (await MarketplaceIdentity.get(id=1)).series_last == 4


async def test_a_closing_that_fails_takes_no_number() -> None:
    """It is taken in the transaction of the statement: the next one gets it."""
    vendor, other = await a_vendor(), await make_ready_vendor()
    await sold(vendor, at("2026-10-05 10:00"))
    in_the_way = await Statement.create(
        vendor_id=other.id,
        month="2026-01",
        currency="EUR",
        number="MH-2026-000001",
        opening=0,
        closing=0,
        commission=0,
        last_entry_id=1,
        starts_at=at("2026-01-01 00:00"),
        ends_at=at("2026-02-01 00:00"),
    )
    with pytest.raises(IntegrityError):
        await close(vendor)
    assert (await MarketplaceIdentity.get(id=1)).series_last == 0
    await in_the_way.delete()
    assert await close(vendor) == 1
    assert (await Statement.get()).number == "MH-2026-000001"


async def test_nothing_is_closed_until_somebody_writes_the_invoices() -> None:
    """An invoice without a sender would be none; the months wait and are closed then."""
    vendor = await make_ready_vendor()
    await sold(vendor, at("2026-10-05 10:00"))
    assert await identity() is None
    assert await close(vendor) == 0
    await save_identity(US, actor="test")
    assert await close(vendor) == 1


async def test_the_job_closes_every_vendor_and_tells_it_once(context: Context) -> None:
    """`Your statement for October`; a second run finds nothing to do."""
    vendors = [await a_vendor(f"Shop {n}") for n in range(2)]
    for vendor in vendors:
        await sold(vendor, at("2026-10-05 10:00"))
    with now(NOVEMBER):
        for _ in range(2):
            await jobs.close.run(context, {})
            for job in await Job.filter(
                kind="statements.close_vendor", status="waiting"
            ):
                await jobs.close_vendor.run(context, job.args)
                await Job.filter(id=job.id).update(status="done", unique_key=None)
    mails = await Email.filter(kind="statement_closed").order_by("id")
    assert [(mail.to, mail.subject) for mail in mails] == [
        (vendor.business_email, "Your statement for October") for vendor in vendors
    ]
    assert "MH-2026-000001" in mails[0].text
    assert "/vendor/admin/statements/2026-10?currency=EUR" in mails[0].text
    assert await AuditEntry.filter(action="statement.closed").count() == 2


async def test_closing_survives_a_restart(database: str) -> None:
    """What is read after the database was opened anew is the same to the byte."""
    vendor = await a_vendor()
    await an_october(vendor)
    await close(vendor)
    before = await both(vendor, "2026-10")
    await close_database()
    await open_database(database)
    assert await both(vendor, "2026-10") == before
    assert await entries.currencies(vendor.id) == ["EUR"]
