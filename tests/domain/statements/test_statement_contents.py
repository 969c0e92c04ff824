"""What stands in a statement: whose money, in which currency, as CSV and as PDF."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Account
from shared.finance.recovery import service as clawback
from shared.finance.statements import months
from shared.finance.statements.document import as_pdf
from shared.finance.statements.exports import COLUMNS, as_csv
from shared.finance.statements.invoice_issuer import (
    save_identity,
)
from shared.finance.statements.models import Statement
from shared.finance.statements.queries import statement_of
from shared.infra import unit
from tests.support.books import at, refunded, sold
from tests.support.closed_months import a_vendor, an_october, close, now
from tests.support.factories import make_ready_vendor
from tests.support.issuer import US
from tests.support.market import open_shop
from tests.support.money import booked, sell
from tests.support.storefront import counted
from tests.support.vat import a_rate

if TYPE_CHECKING:
    from shared.finance.payments.models import Payment
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]


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
