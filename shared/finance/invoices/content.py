"""What stands on a document, as plain data that is kept with it. Pure but for the rows it reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.finance.invoices import vat
from shared.finance.invoices.supply import supply_of
from shared.finance.refunds.models import Refund, RefundLine
from shared.trade.orders.contacts import contact_of
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.vat.sales.rules import parts_in


def of_sale(
    order: Order,
    lines: Sequence[OrderLine],
) -> dict[str, Any]:
    """The lines of an order, and what was paid for sending."""
    rows = [
        {
            "name": line.full_name,
            "sku": line.sku,
            "quantity": line.quantity,
            "amount": line.unit_amount * line.quantity,
        }
        for line in lines
    ]
    told = _with_rest(order, rows, order.total_amount_cents, name=order.shipping_method)
    told["discount"] = order.discount_amount
    told["rest"] += order.discount_amount
    told["supply"] = supply_of(order)
    return {**told, **vat.of_parts(order, parts_in(order.vat_parts))}


def of_refund(
    order: Order,
    refund: Refund,
    parts: Sequence[RefundLine],
    lines: Sequence[OrderLine],
) -> dict[str, Any]:
    """What a refund gave back: its pieces, and whatever is no piece."""
    sold = {line.id: line for line in lines}
    rows = [
        {
            "name": sold[part.order_line_id].full_name,
            "sku": sold[part.order_line_id].sku,
            "quantity": part.quantity,
            "amount": part.amount,
        }
        for part in parts
    ]
    sent = order.shipping_method if refund.shipping_amount else ""
    return _with_rest(order, rows, refund.amount, name=sent)


def _with_rest(
    order: Order,
    rows: Sequence[dict[str, Any]],
    total: int,
    *,
    name: str,
) -> dict[str, Any]:
    rest = total - sum(row["amount"] for row in rows)
    return {
        "order": order.number,
        "currency": order.currency,
        "lines": list(rows),
        "rest": rest,
        "rest_name": name,
        "total": total,
        **vat.of_parts(order, ()),
    }


def buyer_of(checkout: Checkout, order: Order) -> dict[str, Any]:
    """Whom a document is for, as a letter has it: where the bill goes. A business that bought
    without VAT stands first, with its number.
    """
    contact = contact_of(checkout)
    billing = contact.billing
    lines = [contact.full_name, *contact.lines]
    country = contact.country
    if billing is not None:
        lines, country = list(billing.lines), billing.country
    number, business = order.buyer_vat_number, order.buyer_vat_name
    if number and business:
        lines = [business, *(line for line in lines if line != business)]
    name, *address = lines
    return {
        "name": name,
        "address": address,
        "country": country,
        "vat_number": number,
    }


def seller_of(
    party: dict[str, Any],
    order: Order,
) -> dict[str, Any]:
    """Who sold; a sale without VAT names the number that it was made by."""
    if not order.seller_vat_number:
        return party
    return {**party, "vat_number": order.seller_vat_number}
