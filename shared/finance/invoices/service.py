"""Issuing what an order's documents lack, each with the vendor's next number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from shared.core import clock
from shared.finance.invoices import (
    content,
    vat,
)
from shared.finance.invoices.errors import NoInvoice
from shared.finance.invoices.models import (
    InvoiceCounter,
    SalesDocument,
)
from shared.finance.invoices.rules import (
    DocumentKind,
    Due,
    InvoiceRefund,
    document_number,
    due,
)
from shared.finance.invoices.vat import Credited
from shared.finance.refunds.models import (
    Refund,
    RefundLine,
)
from shared.finance.refunds.rules import (
    UNDONE,
    RefundState,
)
from shared.finance.statements.invoice_parties import (
    buyer_of,
    stored,
)
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.models import (
    Order,
    OrderLine,
)


async def issue(order_id: int) -> int:
    """Issue the invoice of a paid order and the credit notes of its refunds, as far as they lack;
    how many those were.

    Numbers are given under the lock of the vendor's year, in the transaction that keeps the
    document: none is lost, and none is given twice. Raises NoInvoice.
    """
    zone = ZoneInfo((await marketplace()).time_zone)
    year = clock.now().astimezone(zone).year
    async with unit.transaction() as tx:
        order = await tx.lock(Order, id=order_id)
        if order.paid_at is None:
            raise NoInvoice
        refunds = await Refund.filter(order_id=order.id).order_by("id")
        issued = await SalesDocument.filter(order_id=order.id).order_by("id")
        wanted = _due(issued, refunds)
        if not wanted:
            return 0
        counter = await tx.lock_or_create(
            InvoiceCounter, vendor_id=order.vendor_id, year=year
        )
        issuing = Issuing(order, await _facts(order), refunds, issued)
        await _keep(tx, issuing, wanted, counter)
        await tx.change(counter, issued=counter.issued + len(wanted))
        return len(wanted)


Told = dict[str, Any]


class Issuing:
    """An order whose documents are written, with those that there are."""

    def __init__(
        self,
        order: Order,
        facts: Told,
        refunds: Sequence[Refund],
        issued: Sequence[SalesDocument],
    ) -> None:
        self.order = order
        self.facts = facts
        self.refunds = {refund.id: refund for refund in refunds}
        self.credited = Credited()
        self.credits: dict[int | None, Told] = {}
        for row in issued:
            self._count(DocumentKind(row.kind), row.refund_id, row.content)

    async def next(self, kind: DocumentKind, refund_id: int | None) -> Told:
        """What stands on the next one, with who sold and who bought."""
        told = await self._told(kind, refund_id)
        self._count(kind, refund_id, told)
        return {
            **told,
            "seller": self.facts["seller"],
            "buyer": self.facts["buyer"],
        }

    async def _told(
        self,
        kind: DocumentKind,
        refund_id: int | None,
    ) -> Told:
        lines = self.facts["lines"]
        if refund_id is None:
            return content.of_sale(self.order, lines)
        refund = self.refunds[refund_id]
        pieces = await RefundLine.filter(refund_id=refund_id).order_by("id")
        told = content.of_refund(
            self.order,
            refund,
            pieces,
            lines,
        )
        if kind is DocumentKind.REVERSAL:  # of what was credited, to the cent
            return vat.as_before(told, self.credits[refund_id])
        taxed = vat.of_refund(
            self.order,
            refund,
            pieces,
            lines,
            self.credited,
        )
        return {**told, **taxed}

    def _count(
        self,
        kind: DocumentKind,
        refund_id: int | None,
        told: Told,
    ) -> None:
        self.credited.add(kind, told)
        if kind is DocumentKind.CREDIT_NOTE:
            self.credits[refund_id] = told


async def _keep(
    tx: Transaction,
    issuing: Issuing,
    wanted: Sequence[Due],
    counter: InvoiceCounter,
) -> None:
    """Write the documents down, with the numbers that follow."""
    order, facts = issuing.order, issuing.facts
    year = counter.year
    for place, (kind, refund_id) in enumerate(wanted, counter.issued + 1):
        told = await issuing.next(kind, refund_id)
        number = document_number(facts["slug"], year, place)
        await tx.insert(
            SalesDocument(
                vendor_id=order.vendor_id,
                order_id=order.id,
                refund_id=refund_id,
                kind=kind,
                number=number,
                year=year,
                count=place,
                language=facts["language"],
                content=told,
            )
        )


def _due(
    rows: Sequence[SalesDocument],
    refunds: Sequence[Refund],
) -> tuple[Due, ...]:
    issued = [(DocumentKind(row.kind), row.refund_id) for row in rows]
    states = [(refund.id, RefundState(refund.status)) for refund in refunds]
    followed = [
        InvoiceRefund(id_, state is RefundState.SUCCEEDED, state in UNDONE)
        for id_, state in states
    ]
    return due(issued, followed)


async def _facts(order: Order) -> dict[str, Any]:
    """Who sold it to whom, as both are now, and what."""
    vendor, checkout = await order.vendor, await order.checkout
    return {
        "slug": vendor.slug,
        "language": checkout.language,
        "seller": content.seller_of(stored((await buyer_of(vendor)).party), order),
        "buyer": content.buyer_of(checkout, order),
        "lines": await OrderLine.filter(order_id=order.id).order_by("id"),
    }
