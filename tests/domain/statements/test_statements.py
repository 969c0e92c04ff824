"""Statements of account: months out of the ledger, closed once, and made again the same to the
byte.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
from contextlib import contextmanager
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Account
from shared.finance.recovery import service as clawback
from shared.finance.statements import entries, jobs, months
from shared.finance.statements.document import as_pdf
from shared.finance.statements.exports import COLUMNS, as_csv
from shared.finance.statements.invoice_issuer import (
    InvoiceIssuer,
    identity,
    save_identity,
)
from shared.finance.statements.models import MarketplaceIdentity, Statement
from shared.finance.statements.month_lists import months_of
from shared.finance.statements.queries import statement_of
from shared.finance.statements.service import close_vendor
from shared.infra import unit
from shared.infra.audit.models import AuditEntry
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.trade.marketplace import identity as identity_of_market
from shared.trade.marketplace import presentation
from shared.trade.vat.holders import of_vendor
from shared.trade.vat.service import state_number
from shared.trade.vendors.models import Vendor
from tests.support.books import a_dispute, arrived, at, book, refunded, sold
from tests.support.factories import make_ready_vendor
from tests.support.market import open_shop
from tests.support.money import booked, sell
from tests.support.storefront import counted
from tests.support.vat import a_rate, confirmed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from shared.finance.payments.models import Payment
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]
US = InvoiceIssuer(
    "Markethall S.à r.l.",
    "12, rue du Marché\nL-1728 Luxembourg",
    "LU",
    "LU12345613",
    Decimal(17),
    "MH",
)
NOVEMBER = at("2026-11-01 01:00")


@contextmanager
def now(moment: datetime) -> Iterator[None]:
    """Let it be that moment."""
    with clock.use(lambda: moment):
        yield


async def a_vendor(name: str = "Vélo Żółw", **values: str) -> Vendor:
    """A vendor, and somebody who writes invoices."""
    await save_identity(US, actor="test")
    return await make_ready_vendor(name=name, **values)


async def an_october(vendor: Vendor) -> None:
    """A month with something of everything, and a sale in September."""
    await sold(vendor, at("2026-09-30 23:59"), total=5000, commission=500)
    order = await sold(vendor, at("2026-10-01 00:00"))
    await refunded(order, at("2026-10-03 10:00"), vendor_part=1800, commission_part=200)
    await arrived(vendor, at("2026-10-08 09:00"), 4000)
    other = await sold(vendor, at("2026-10-31 23:59:59"), total=2000, commission=300)
    lost = a_dispute(other, vendor_part=1700, commission_part=300)
    await book(postings.dispute_withdrawn(lost), at("2026-10-31 23:59:59"))


async def close(vendor: Vendor, moment: datetime = NOVEMBER) -> int:
    """Close what is over at that moment."""
    with now(moment):
        return await close_vendor(vendor.id)


async def both(
    vendor: Vendor,
    month: str,
    currency: str | None = None,
) -> tuple[str, str]:
    """The digests of the statement's two files."""
    view = await statement_of(vendor.id, month, currency)
    return hashlib.sha256(as_csv(view)).hexdigest(), hashlib.sha256(
        as_pdf(view)
    ).hexdigest()


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


async def test_each_currency_has_a_statement_of_its_own() -> None:
    """Money of one currency is never added to another's."""
    vendor = await a_vendor()
    await a_rate("DKK")
    await sold(vendor, at("2026-10-05 10:00"))
    await sold(
        vendor, at("2026-10-06 10:00"), total=70000, commission=7000, currency="DKK"
    )
    assert await close(vendor) == 2
    found = {row.currency: (row.closing, row.number) for row in await Statement.all()}
    assert found == {"DKK": (63000, "MH-2026-000001"), "EUR": (9000, "MH-2026-000002")}
    assert b"DKK" not in as_csv(await statement_of(vendor.id, "2026-10", "EUR"))


async def test_other_vendors_money_is_not_in_it() -> None:
    """Nor their commission, which the ledger keeps without a vendor."""
    vendor, other = await a_vendor(), await make_ready_vendor()
    await sold(vendor, at("2026-10-05 10:00"))
    order = await sold(other, at("2026-10-05 11:00"), total=7777, commission=777)
    await refunded(order, at("2026-10-05 12:00"), vendor_part=0, commission_part=700)
    await close(vendor)
    await close(other)
    mine, theirs = (
        await statement_of(vendor.id, "2026-10"),
        await statement_of(other.id, "2026-10"),
    )
    assert (mine.invoice.gross, theirs.invoice.gross) == (1000, 77)
    assert len(mine.sheet.lines) == 1


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


async def test_the_csv_is_rfc_4180_with_fixed_columns() -> None:
    """CRLF, UTF-8, ISO dates, decimal points; it adds up by itself."""
    vendor = await a_vendor()
    await an_october(vendor)
    await close(vendor)
    raw = as_csv(await statement_of(vendor.id, "2026-10"))
    assert raw.count(b"\r\n") == raw.count(b"\n") == 8
    head, opening, *lines, closing = csv.reader(io.StringIO(raw.decode(), newline=""))
    assert tuple(head) == COLUMNS
    assert (opening[1], opening[7], closing[1], closing[7]) == (
        "opening",
        "45.00",
        "closing",
        "77.00",
    )
    assert Decimal(opening[7]) + sum(Decimal(line[6]) for line in lines) == Decimal(
        closing[7]
    )
    assert lines[0][0] == "2026-10-01T00:00:00Z"
    assert lines[1][1:3] == ["refund", "Refund"]
    assert lines[1][3].startswith("MH-")


async def test_a_currency_without_decimals_has_none() -> None:
    """Amounts are in the currency's own units."""
    vendor = await a_vendor()
    await a_rate("JPY", "161.02")
    await sold(
        vendor, at("2026-10-05 10:00"), total=5000, commission=500, currency="JPY"
    )
    await close(vendor)
    assert b",5000,-500,4500,4500,JPY," in as_csv(
        await statement_of(vendor.id, "2026-10")
    )


@pytest.mark.one_engine
async def test_the_pdf_holds_no_time_and_no_chance_and_prints_every_name() -> None:
    """Only the fonts that are embedded, nothing compressed, the same bytes by another process's
    eyes.
    """
    vendor = await a_vendor("Vélo Żółw Łódź €žőș Ωβ Цех")
    await an_october(vendor)
    await close(vendor)
    view = await statement_of(vendor.id, "2026-10")
    first, second = as_pdf(view), as_pdf(view)
    assert first == second
    assert first.startswith(b"%PDF-")
    assert b"D:2026" not in first
    assert b"FlateDecode" not in first
    assert first.count(b"/FontFile2") == 2
    font = await asyncio.to_thread(_characters)
    assert set(view.buyer.name + "€−…·") - {" "} <= font


def _characters() -> set[str]:
    from reportlab.pdfbase.ttfonts import TTFontFile

    from shared.finance.statements.pdf import BOLD, FONTS

    return {chr(code) for code in TTFontFile(str(FONTS / f"{BOLD}.ttf")).charToGlyph}


@pytest.mark.one_engine
async def test_a_long_month_costs_as_many_queries_as_a_short_one() -> None:
    """Ten lines or a hundred."""
    vendor = await a_vendor()

    async def costs() -> int:
        with now(at("2026-10-31 10:00")), counted() as queries:
            await statement_of(vendor.id, "2026-10", "EUR")
        return len(queries)

    for n in range(10):
        await sold(vendor, at(f"2026-10-05 10:{n:02d}"))
    few = await costs()
    for n in range(90):
        await sold(vendor, at(f"2026-10-06 {n // 60:02d}:{n % 60:02d}"))
    assert await costs() == few <= 15


async def test_the_balance_is_what_the_ledger_owes_the_vendor(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """After real sales, a claim that was taken back and one that no balance covered: payable and
    reserved less receivable.
    """
    await save_identity(US, actor="test")
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    fact = postings.RefundFact(
        1, payment.order_id, shop.vendor_id, "EUR", 1000, 100, "re_1"
    )
    async with unit.transaction() as tx:
        await ledger.post(tx, postings.refund(fact))
        await clawback.set_claim(tx, subject="refund:1", payment=payment, amount=1000)
    await clawback.settle(gateway, "refund:1")
    async with unit.transaction() as tx:
        await ledger.post(
            tx, postings.dispute_withdrawn(a_dispute_of(payment, payment.amount_vendor))
        )
        await clawback.set_claim(
            tx, subject="dispute:1", payment=payment, amount=payment.amount_vendor
        )
    await clawback.settle(gateway, "dispute:1")
    view = await statement_of(shop.vendor_id, months.month_of(clock.now(), UTC))
    owed = await booked(
        Account.VENDOR_PAYABLE,
        Account.VENDOR_RESERVED,
        Account.VENDOR_RECEIVABLE,
        vendor_id=shop.vendor_id,
    )
    assert {"EUR": -view.sheet.closing} == owed == {"EUR": 1000}
    assert view.sheet.owed == 1000
    assert [line.kind for line in view.sheet.lines] == [
        "sale",
        "refund",
        "dispute_withdrawn",
    ]


def a_dispute_of(payment: Payment, amount: int) -> postings.DisputedMoney:
    """All that the vendor earned by it."""
    return postings.DisputedMoney(
        payment.order_id, payment.vendor_id, "EUR", amount, 0, 0, 1500, "txn_1"
    )


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
