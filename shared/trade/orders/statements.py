"""Hot statements of orders, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeAlias

from shared.core.frozen import frozen
from shared.infra.database.base import words
from shared.infra.database.batch import touched
from shared.infra.database.counting import MOST
from shared.infra.database.raw_sql import Record, columns, every, fetch, row_of
from shared.infra.database.several import Records, Rows, read
from shared.infra.unit import Transaction
from shared.trade.baskets.models import BasketLine
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.rules import (
    MAY_HOLD,
    UNPAID,
    CheckoutStatus,
    OrderStatus,
    PaymentStatus,
    StockState,
)
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.seller import SellerLine

OrderWithLines: TypeAlias = tuple[Order, list[OrderLine]]


@frozen
class Purchase:
    """What an order's payment must know of the order and of its checkout."""

    vendor_name: str
    vendor_email: str
    seller: SellerLine
    lines: tuple[OrderLine, ...]  # of the order, by id
    product_ids: tuple[int, ...]  # of the whole checkout
    others_paid: bool  # every other order of the checkout
    is_alone: bool  # whether it is the checkout's only order
    uses_code: bool  # whether an order of it has a discount

    @property
    def items(self) -> list[tuple[int, int]]:
        """(product id, quantity) of the order's lines."""
        return sorted((line.product_id, line.quantity) for line in self.lines)


@cache
def _sql() -> str:
    return (
        f"SELECT {columns(OrderLine, 'l')}, o.id AS of_order, o.payment_status AS paid,"
        " o.discount_code AS code,"
        " v.name AS vendor_name, v.business_email AS vendor_email,"
        " v.legal_name, v.seller_address, v.country AS seller_country"
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
        seller=SellerLine(
            here["legal_name"] or here["vendor_name"],
            here["seller_address"],
            here["seller_country"],
            here["vendor_email"],
        ),
        lines=tuple(line for line in lines if line.order_id == order.id),
        product_ids=tuple(sorted({line.product_id for line in lines})),
        others_paid=others <= {PaymentStatus.PAID.value},
        is_alone=not others,
        uses_code=any(record["code"] for record in found),
    )


_THAT_HOLD = (
    "SELECT COUNT(DISTINCT k.id) AS n FROM orders o JOIN checkouts k ON k.id = o.checkout_id"
    f" WHERE k.network = ? AND k.status = '{CheckoutStatus.OPEN}'"
    f" AND o.stock_state = '{StockState.RESERVED}'"
    f" AND o.payment_status IN ({words(MAY_HOLD)})"
)


async def purchases_that_hold(network: str) -> int:
    """Count the purchases of a network of which an order holds pieces and is not paid."""
    (record,) = await fetch(_THAT_HOLD, network)
    return int(record["n"])


def empty_basket(
    tx: Transaction,
    checkout: Checkout,
    product_ids: tuple[int, ...],
) -> None:
    """Take what was bought out of the basket that a checkout came from."""
    marks = ", ".join("?" * len(product_ids))
    tx.later(
        f"DELETE FROM basket_lines WHERE basket_id = ? AND product_id IN ({marks})",
        checkout.basket_id,
        *product_ids,
        rows=touched(BasketLine, ((checkout.basket_id, each) for each in product_ids)),
    )


# What each chip above a vendor's orders lets through, as FILTERS says of the ORM.
_UNLOST = "o.total_amount_cents - o.lost_amount"
_PAID = f"o.payment_status = '{PaymentStatus.PAID}'"
CHIPS: Mapping[str, str] = {
    "all": "TRUE",
    "to_ship": (
        f"o.status = '{OrderStatus.PROCESSING}' AND {_PAID}"
        " AND o.disputed_amount = 0"
        f" AND (o.refunded_amount < {_UNLOST} OR o.total_amount_cents = 0)"
    ),
    "to_answer": "(o.message_waits OR o.return_waits)",
    "shipped": f"o.status IN ('{OrderStatus.SHIPPED}', '{OrderStatus.DELIVERED}')",
    "unpaid": f"o.payment_status IN ({words(UNPAID)})",
    "refunded": "o.refunded_amount > 0",
    "disputed": "(o.disputed_amount > 0 OR o.lost_amount > 0)",
    "cancelled": f"o.status = '{OrderStatus.CANCELLED}'",
}


def counting(chip: str) -> str:
    """What counts a vendor's orders behind a chip, as far as a page tells; one value."""
    behind = f"SELECT 1 FROM orders o WHERE o.vendor_id = ? AND {CHIPS[chip]}"
    return f"(SELECT COUNT(*) FROM ({behind} LIMIT {MOST + 1}) counted)"


_COUNTS = "SELECT " + ", ".join(f"{counting(chip)} AS {chip}_" for chip in CHIPS)


async def counts_of(vendor_id: int) -> dict[str, int]:
    """Count a vendor's orders behind each chip, at most one more than MOST."""
    (record,) = await fetch(_COUNTS, *[vendor_id] * len(CHIPS))
    return {chip: int(record[f"{chip}_"]) for chip in CHIPS}


_LISTED = (
    "number",
    "created_at",
    "total_amount_cents",
    "currency",
    "status",
    "payment_status",
    "refunded_amount",
    "returned_amount",
    "disputed_amount",
    "lost_amount",
    "shipping_kind",
    "full_name",
    "items",
)


@cache
def listed(chip: str) -> Records:
    """A vendor's orders behind a chip, newest first; its values: whose, how many, after how
    many.
    """
    columns = ", ".join(f"o.{name}" for name in _LISTED[:-2])
    return Records(
        f"SELECT {columns}, c.full_name, (SELECT SUM(l.quantity) FROM order_lines l"
        " WHERE l.order_id = o.id) AS items"
        " FROM orders o JOIN checkouts c ON c.id = o.checkout_id"
        f" WHERE o.vendor_id = ? AND {CHIPS[chip]} ORDER BY o.id DESC LIMIT ? OFFSET ?",
        _LISTED,
    )


async def list_of(
    vendor_id: int,
    chip: str,
    *,
    limit: int,
    offset: int,
) -> Sequence[Record]:
    """Read a vendor's orders behind a chip, newest first, as a list shows them."""
    return await fetch(listed(chip).sql, vendor_id, limit, offset)


# A vendor's figures; its values: whose, three times.
FIGURES = Records(
    f"SELECT {counting('all')} AS orders, {counting('to_ship')} AS to_ship,"
    f" {counting('unpaid')} AS unpaid",
    ("orders", "to_ship", "unpaid"),
)
# What was paid to a vendor since a moment and is not gone for good, by currency.
PAID_SINCE = Records(
    "SELECT o.currency, COUNT(*) AS orders, SUM(o.total_amount_cents) AS total"
    f" FROM orders o WHERE o.vendor_id = ? AND {_PAID}"
    f" AND (o.returned_amount < {_UNLOST} OR o.total_amount_cents = 0)"
    " AND o.paid_at >= ? GROUP BY o.currency",
    ("currency", "orders", "total"),
)


@cache
def _purchase() -> str:
    return (
        f"SELECT {every(k=Checkout, o=Order, v=Vendor, l=OrderLine)} FROM checkouts k"
        " LEFT JOIN orders o ON o.checkout_id = k.id"
        " LEFT JOIN vendors v ON v.id = o.vendor_id"
        " LEFT JOIN order_lines l ON l.order_id = o.id"
        " WHERE k.token = ? ORDER BY o.id, l.id"
    )


async def checkout_of(
    token: str,
) -> tuple[Checkout, Sequence[OrderWithLines]] | None:
    """Read a purchase with its orders, their vendors and lines."""
    found = await fetch(_purchase(), token)
    if not found:
        return None
    checkout = row_of(Checkout, "k", found[0])
    orders: dict[int, OrderWithLines] = {}
    for record in found:
        order_id = record["o.id"]
        if order_id is not None and order_id not in orders:
            order = row_of(Order, "o", record)
            order.checkout = checkout
            order.vendor = row_of(Vendor, "v", record)
            orders[order_id] = order, []
        if record["l.id"] is not None:
            _, lines = orders[order_id]
            lines.append(row_of(OrderLine, "l", record))
    return checkout, list(orders.values())


_NUMBERED = "orders o WHERE o.vendor_id = ? AND o.number = ?"
_ORDER = Rows(Order, "t.vendor_id = ? AND t.number = ?")
_CHECKOUT = Rows(Checkout, f"t.id = (SELECT o.checkout_id FROM {_NUMBERED})")
_LINES = Rows(OrderLine, f"t.order_id = (SELECT o.id FROM {_NUMBERED})")
_VENDOR = Rows(Vendor, "t.id = ?")


async def order_of(
    vendor_id: int,
    number: str,
) -> tuple[Order, list[OrderLine]] | None:
    """Read a vendor's order with its vendor, its checkout and its lines."""
    mine = (vendor_id, number)
    parts = _ORDER(*mine), _CHECKOUT(*mine), _LINES(*mine), _VENDOR(vendor_id)
    found = await read(*parts)
    order, checkout = found.one(_ORDER), found.one(_CHECKOUT)
    vendor = found.one(_VENDOR)
    if order is None or checkout is None or vendor is None:
        return None
    order.checkout, order.vendor = checkout, vendor
    return order, found.of(_LINES)
