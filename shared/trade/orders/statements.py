"""Hot statements of orders, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from shared.infra.database.raw_sql import columns, fetch, row_of
from shared.infra.unit import Transaction
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.rules import PaymentStatus


@dataclass(frozen=True)
class Purchase:
    """What an order's payment must know of the order and of its checkout."""

    vendor_name: str
    vendor_email: str
    lines: tuple[OrderLine, ...]  # of the order, by id
    product_ids: tuple[int, ...]  # of the whole checkout
    others_paid: bool  # every other order of the checkout

    @property
    def items(self) -> list[tuple[int, int]]:
        """(product id, quantity) of the order's lines."""
        return sorted((line.product_id, line.quantity) for line in self.lines)


@cache
def _sql() -> str:
    return (
        f"SELECT {columns(OrderLine, 'l')}, o.id AS of_order, o.payment_status AS paid,"
        " v.name AS vendor_name, v.business_email AS vendor_email"
        " FROM orders o JOIN vendors v ON v.id = o.vendor_id"
        " LEFT JOIN order_lines l ON l.order_id = o.id"
        " WHERE o.checkout_id = ? ORDER BY l.id"
    )


async def purchase_of(order: Order) -> Purchase:
    """Read an order's lines and vendor, and how the others of its checkout stand; one query.

    Asked with the checkout locked, so nothing of it changes meanwhile.
    """
    found = await fetch(_sql(), order.checkout_id)
    here = next(record for record in found if record["of_order"] == order.id)
    others = {record["paid"] for record in found if record["of_order"] != order.id}
    lines = [
        row_of(OrderLine, "l", record) for record in found if record["l.id"] is not None
    ]
    return Purchase(
        vendor_name=here["vendor_name"],
        vendor_email=here["vendor_email"],
        lines=tuple(line for line in lines if line.order_id == order.id),
        product_ids=tuple(sorted({line.product_id for line in lines})),
        others_paid=others <= {PaymentStatus.PAID.value},
    )


def empty_basket(
    tx: Transaction, checkout: Checkout, product_ids: tuple[int, ...]
) -> None:
    """Take what was bought out of the basket that a checkout came from."""
    marks = ", ".join("?" * len(product_ids))
    tx.later(
        f"DELETE FROM basket_lines WHERE basket_id = ? AND product_id IN ({marks})",
        checkout.basket_id,
        *product_ids,
    )
