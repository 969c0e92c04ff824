"""The receipt of a purchase at several shops: one mail to its shopper, with a part for each order.

Vendors get mails about their own order alone, and this one never.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from shared.core.money import Money
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.rules import OrderStatus
from shared.trade.orders.sold_discount import sold_discount
from shared.trade.orders.sold_shipping import sold_shipping
from shared.trade.orders.sold_vat import sold_vat
from shared.trade.orders.statements import checkout_of
from shared.trade.vendors.seller import SellerLine, seller_line


def receipt_key(checkout_id: int | str) -> str:
    """What the receipt of a purchase is called among all mails."""
    return f"purchase_confirmed:{checkout_id}"


def told_of(
    order: Order,
    vendor_name: str,
    lines: Iterable[OrderLine],
    seller: SellerLine,
) -> dict[str, Any]:
    """What mails say of an order that is paid."""
    return {
        "number": order.number,
        "vendor_name": vendor_name,
        "seller": seller,
        "lines": [_line(row, order.currency) for row in lines],
        "total": Money(order.total_amount_cents, order.currency),
        "sent_by": sold_shipping(order),
        "reduced_by": sold_discount(order),
        "vat": sold_vat(order),
    }


def _line(row: OrderLine, currency: str) -> tuple[str, int, Money]:
    amount = Money(row.unit_amount, currency) * row.quantity
    return row.full_name, row.quantity, amount


async def mail_receipt(tx: Transaction, checkout: Checkout) -> None:
    """Write it, when all orders of the purchase are paid."""
    found = await checkout_of(checkout.token)
    assert found is not None
    orders = found[1]
    if all(order.status == OrderStatus.CANCELLED for order, _ in orders):
        return
    mail.post(
        tx,
        "purchase_confirmed",
        to=checkout.email,
        unique_key=receipt_key(checkout.id),
        order_id=orders[0][0].id,
        language=checkout.language,
        context={
            "full_name": checkout.full_name,
            "parts": [_part(*each) for each in orders],
            "total": Money(checkout.total_amount, checkout.currency),
        },
    )


def _part(
    order: Order,
    lines: Iterable[OrderLine],
) -> dict[str, Any]:
    return {
        **told_of(order, order.vendor.name, lines, seller_line(order.vendor)),
        "is_short": order.status == OrderStatus.CANCELLED,
    }


def part_of_receipt(
    text: str,
    number: str,
    others: Collection[str],
) -> str:
    """What the receipt says to all, and of the order with this number: what may be shown to
    whoever knows that order alone.

    Each part is a paragraph that names its order, and one with what was sold. Pure.
    """
    said = []
    told_to_all, is_own = True, False
    for paragraph in re.split(r"\n{2,}", text.strip()):
        if number in paragraph or any(other in paragraph for other in others):
            told_to_all, is_own = False, number in paragraph
        elif not paragraph.startswith("  "):
            is_own = False
        if told_to_all or is_own:
            said.append(paragraph)
    return "\n\n".join(said)
