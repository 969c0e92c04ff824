"""Issuing what an order's documents lack, each with the vendor's next number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from shared.core import clock
from shared.finance.invoices import content
from shared.finance.invoices.errors import NoInvoice
from shared.finance.invoices.models import InvoiceCounter, SalesDocument
from shared.finance.invoices.rules import (
    DocumentKind,
    Due,
    InvoiceRefund,
    document_number,
    due,
)
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.rules import UNDONE, RefundState
from shared.finance.statements.invoice_parties import buyer_of, stored
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.models import Order, OrderLine


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
        wanted = await _due(order, refunds)
        if not wanted:
            return 0
        counter = await tx.lock_or_create(
            InvoiceCounter, vendor_id=order.vendor_id, year=year
        )
        await _keep(tx, order, refunds, wanted, counter)
        await tx.change(counter, issued=counter.issued + len(wanted))
        return len(wanted)


async def _keep(
    tx: Transaction,
    order: Order,
    refunds: Sequence[Refund],
    wanted: Sequence[Due],
    counter: InvoiceCounter,
) -> None:
    """Write the documents down, with the numbers that follow."""
    facts, year = await _facts(order), counter.year
    by_id = {refund.id: refund for refund in refunds}
    for place, (kind, refund_id) in enumerate(wanted, counter.issued + 1):
        refund = by_id[refund_id] if refund_id is not None else None
        told = await _content(order, facts, refund)
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


async def _due(
    order: Order,
    refunds: Sequence[Refund],
) -> tuple[Due, ...]:
    rows = await SalesDocument.filter(order_id=order.id).values_list(
        "kind", "refund_id"
    )
    issued = [(DocumentKind(kind), refund_id) for kind, refund_id in rows]
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
        "seller": stored((await buyer_of(vendor)).party),
        "buyer": content.buyer_of(checkout),
        "lines": await OrderLine.filter(order_id=order.id).order_by("id"),
    }


async def _content(
    order: Order,
    facts: dict[str, Any],
    refund: Refund | None,
) -> dict[str, Any]:
    """What stands on it, with who sold and who bought."""
    if refund is None:
        told = content.of_sale(order, facts["lines"])
    else:
        parts = await RefundLine.filter(refund_id=refund.id).order_by("id")
        told = content.of_refund(order, refund, parts, facts["lines"])
    return {**told, "seller": facts["seller"], "buyer": facts["buyer"]}
