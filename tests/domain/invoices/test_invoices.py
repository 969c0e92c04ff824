"""Invoices: numbered per vendor and year without gaps, credited by refunds, and never another."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import run
from shared.core import clock
from shared.finance.invoices import jobs
from shared.finance.invoices.document import as_pdf
from shared.finance.invoices.errors import NoInvoice
from shared.finance.invoices.models import InvoiceCounter, SalesDocument
from shared.finance.invoices.queries import documents_of
from shared.finance.invoices.rules import DocumentKind, InvoiceRefund, due
from shared.finance.invoices.service import issue
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker
from shared.trade.orders.models import Checkout, Order
from tests.support.app import link_of
from tests.support.factories import make_order, make_product, make_ready_vendor
from tests.support.portal import signed_in
from tests.support.refunds import amount, refund, sold

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

INVOICE, CREDIT, REVERSAL = DocumentKind


def test_what_is_due_follows_sale_and_refunds() -> None:
    """An invoice, a credit note for what was made, an end to one that came back."""
    made, undone = InvoiceRefund(1, True, False), InvoiceRefund(1, False, True)
    waits = InvoiceRefund(2, False, False)
    assert due([], [waits]) == ((INVOICE, None),)
    assert due([(INVOICE, None)], [made, waits]) == ((CREDIT, 1),)
    assert due([(INVOICE, None)], [undone]) == ()
    there = [(INVOICE, None), (CREDIT, 1)]
    assert due(there, [undone]) == ((REVERSAL, 1),)
    assert due([*there, (REVERSAL, 1)], [undone]) == ()


async def paid(vendor: object = None) -> Order:
    """A paid order of a vendor."""
    return await make_order(
        vendor, status="processing", payment_status="paid", paid_at=clock.now()
    )


async def test_numbers_have_no_gaps_however_many_ask_at_once(database: str) -> None:
    """One row of numbers a vendor; asked twice it is the same invoice."""
    vendor, other = await make_ready_vendor(slug="cups"), await make_ready_vendor()
    product = await make_product(vendor)
    orders = [
        await make_order(
            vendor,
            product,
            status="processing",
            payment_status="paid",
            paid_at=clock.now(),
        )
        for _ in range(5)
    ]
    await issue((await paid(other)).id)
    await asyncio.gather(*(issue(order.id) for order in [*orders, *orders]))
    mine = SalesDocument.filter(vendor_id=vendor.id)
    counts = await mine.order_by("count").values_list("count", flat=True)
    assert counts == [1, 2, 3, 4, 5]
    year = clock.now().year
    assert (await mine.get(count=1)).number == f"CUPS-{year}-00001"
    assert (await InvoiceCounter.get(vendor_id=vendor.id)).issued == 5


async def test_what_is_not_paid_has_no_invoice(database: str) -> None:
    """And takes no number."""
    order = await make_order()
    with pytest.raises(NoInvoice):
        await issue(order.id)
    assert not await InvoiceCounter.exists()


async def test_a_refund_makes_a_credit_note_by_itself(
    database: str, gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """The clock issues both; what was issued stays as it was, whatever becomes of names and
    prices; a refund that came back undoes its credit note.
    """
    sale = await sold(gateway, sandbox)
    worker = Worker(context, run.job_handlers())
    (job,) = [each for each in run.recurring_jobs() if each.kind == "invoices.issue"]
    await job.work(context)
    await refund(gateway, sale, amount(500))
    moved = {"full_name": "Somebody Else", "email": "else@example.test"}
    await Checkout.all().update(**moved)
    await job.work(context)
    first, second = await documents_of(sale.order.id)
    assert (first.kind, second.kind) == (INVOICE, CREDIT)
    assert first.content["buyer"]["name"] == "Ada Lovelace"
    assert (first.content["total"], second.content["total"]) == (2000, 500)
    assert second.of == first.number
    await Refund.all().update(status=RefundState.FAILED)
    assert await issue(sale.order.id) == 1
    assert await issue(sale.order.id) == 0
    third = (await documents_of(sale.order.id))[2]
    assert (third.kind, third.content["total"]) == (REVERSAL, 500)
    await worker.run_due()


async def test_what_was_sold_before_there_were_invoices_gets_one(
    context: Context, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some orders at a time, from the first to the last; a second walk issues nothing."""
    orders = [await paid() for _ in range(3)]
    unpaid = await make_order()
    long_ago = clock.now() - timedelta(days=400)
    await Order.exclude(id=unpaid.id).update(paid_at=long_ago)
    worker = Worker(context, run.job_handlers())
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    for _ in range(2):
        await jobs.look_back.work(context)
        await worker.run_due()
    found = await SalesDocument.all().order_by("id").values_list("order_id", flat=True)
    assert found == [order.id for order in orders]
    assert not await Job.filter(kind="invoices.issue_older", status="failed").exists()


@pytest.mark.parametrize(
    ("language", "title", "total"),
    [
        ("en", "Invoice", "Total"),
        ("de", "Rechnung", "Gesamt"),
        ("fr", "Facture", "Total"),
    ],
)
async def test_it_reads_in_the_shoppers_language(
    database: str, language: str, title: str, total: str
) -> None:
    """The same bytes each time it is made."""
    order = await paid()
    await Checkout.filter(id=order.checkout_id).update(language=language)
    await issue(order.id)
    documents = await documents_of(order.id)
    assert as_pdf(documents) == as_pdf(documents)
    from shared.core.locales import speaking
    from shared.core.words import word

    with speaking(language):
        assert word("invoices.titles", "invoice") == title
        assert word("invoices.document", "total").startswith(total)


async def test_the_file_is_for_the_orders_own_people(
    client: TestClientProtocol,
) -> None:
    """By the link or by its vendor; another purchase's number and another shop's order are 404."""
    portal = await signed_in(client)
    vendor = await portal.vendor()
    order, other = await paid(vendor), await paid()
    link = link_of((await order.checkout).token)
    answer = await client.get(f"/shop/orders/{link}/{order.number}/invoice.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await answer.get_data())[:5] == b"%PDF-"
    wrong = await client.get(f"/shop/orders/{link}/{other.number}/invoice.pdf")
    assert wrong.status_code == 404
    mine = await client.get(f"/vendor/admin/orders/{order.number}/invoice.pdf")
    assert mine.status_code == 200
    theirs = await client.get(f"/vendor/admin/orders/{other.number}/invoice.pdf")
    assert theirs.status_code == 404
