"""Hot statements of orders, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from shared.infra.database.counting import MOST
from shared.infra.database.dialect import dialect
from shared.infra.database.known_ids import next_id
from shared.infra.database.raw_sql import Record, columns, fetch, for_update, row_of
from shared.infra.database.several import Records, Rows, read
from shared.infra.gateway.restore_check import MAY_MOVE
from shared.infra.unit import Transaction
from shared.trade.baskets.models import Basket
from shared.trade.baskets.queries import (
    BasketLineView,
    BasketView,
    basket_view,
    line_view,
)
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.queries import product_view
from shared.trade.commission.models import FeeRule
from shared.trade.commission.queries import rule_of
from shared.trade.commission.rules import Rule
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.rules import CheckoutStatus, OrderStatus, PaymentStatus
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import view_at
from shared.trade.vendors.terms import SellingTerms, payment_configs, terms_in

_UNPAID = ", ".join(
    f"'{each}'"
    for each in (PaymentStatus.PENDING, PaymentStatus.PROCESSING, PaymentStatus.FAILED)
)


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
    )


@dataclass(frozen=True)
class OnSale:
    """A basket that may become an order, with what it is sold at."""

    basket: BasketView
    terms: SellingTerms | None  # None: nothing was ever set up
    products: Mapping[int, Product]  # locked
    # Of the checkout and the order that it becomes; None where they are not known beforehand.
    checkout_id: int | None = None
    order_id: int | None = None


@cache
def _basket_sql() -> str:
    return (
        f"SELECT {columns(Basket, 'b')}, {columns(FeeRule, 'r')}, s.vendor_id AS sold_by"
        " FROM baskets b LEFT JOIN (SELECT p.vendor_id FROM baskets f"
        " JOIN basket_lines l ON l.basket_id = f.id"
        " JOIN products p ON p.id = l.product_id"
        " WHERE f.token_digest = ? LIMIT 1) s ON TRUE"
        " LEFT JOIN fee_rules r ON r.is_active"
        " AND (r.vendor_id IS NULL OR r.vendor_id = s.vendor_id)"
        " WHERE b.token_digest = ? ORDER BY r.position, r.id"
    )


@dataclass(frozen=True)
class LockedBasket:
    """A basket, locked, with the rules of commission for what its vendor sells, in their order."""

    basket: Basket
    vendor_id: int | None  # whose the things in it were; None: nothing was in it
    rules: tuple[Rule, ...]


async def lock_basket_and_rules(
    tx: Transaction,
    token_digest: str,
) -> LockedBasket | None:
    """Lock a basket, so that two submits of it queue here, and read the rules; one query."""
    sql = _basket_sql() + for_update("b")
    found = await fetch(sql, token_digest, token_digest)
    if not found:
        return None
    basket = row_of(Basket, "b", found[0])
    tx.took(basket)
    with_rule = [record for record in found if record["r.id"] is not None]
    rows = [row_of(FeeRule, "r", record) for record in with_rule]
    rules = tuple(rule_of(row) for row in rows)
    return LockedBasket(basket, found[0]["sold_by"], rules)


@cache
def _on_sale_sql(engine: str) -> str:
    configs = payment_configs()
    every = ", ".join(
        (columns(Product, "p"), columns(Vendor, "v"), columns(configs, "c"))
    )
    return (
        f"SELECT {every}, l.id AS line, l.quantity, l.seen_amount,"
        f" {next_id(Checkout, engine)} AS next_checkout,"
        f" {next_id(Order, engine)} AS next_order"
        " FROM basket_lines l JOIN products p ON p.id = l.product_id"
        " JOIN vendors v ON v.id = p.vendor_id"
        f" LEFT JOIN {configs._meta.db_table} c ON c.vendor_id = v.id"
        " WHERE l.basket_id = ? AND NOT EXISTS (SELECT 1 FROM checkouts o"
        f" WHERE o.basket_id = l.basket_id AND o.status = '{CheckoutStatus.OPEN}')"
        f" AND {MAY_MOVE} ORDER BY p.id"
    )


async def lock_on_sale(tx: Transaction, basket: Basket) -> OnSale | None:
    """Read a locked basket with its vendor, and lock its products; one query.

    None, and nothing is locked, where there is more to look at: nothing is in it, an open checkout
    was made of it (that is locked before any product), or money stands still after a restore.
    """
    found = await fetch(_on_sale_sql(dialect()) + for_update("p"), basket.id)
    if not found:
        return None
    products = [row_of(Product, "p", record) for record in found]
    tx.took(*products)
    lines = sorted(zip(found, products, strict=True), key=_line_id)
    first, _ = lines[0]
    has_terms = first["c.id"] is not None
    terms = terms_in(row_of(payment_configs(), "c", first)) if has_terms else None
    views = tuple(_line_on_sale(record, product) for record, product in lines)
    return OnSale(
        basket=basket_view(
            basket.id, view_at(row_of(Vendor, "v", first), terms), views
        ),
        terms=terms,
        products={product.id: product for product in products},
        checkout_id=first["next_checkout"],
        order_id=first["next_order"],
    )


def _line_id(read: tuple[Record, Product]) -> int:
    return int(read[0]["line"])


def _line_on_sale(record: Record, product: Product) -> BasketLineView:
    view = product_view(product, row_of(Vendor, "v", record))
    return line_view(view, record["quantity"], record["seen_amount"], held={})


# What each chip above a vendor's orders lets through, as FILTERS says of the ORM.
_UNLOST = "o.total_amount_cents - o.lost_amount"
_PAID = f"o.payment_status = '{PaymentStatus.PAID}'"
CHIPS: Mapping[str, str] = {
    "all": "TRUE",
    "to_ship": (
        f"o.status = '{OrderStatus.PROCESSING}' AND {_PAID}"
        f" AND o.disputed_amount = 0 AND o.refunded_amount < {_UNLOST}"
    ),
    "shipped": f"o.status IN ('{OrderStatus.SHIPPED}', '{OrderStatus.DELIVERED}')",
    "unpaid": f"o.payment_status IN ({_UNPAID})",
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
    f" AND o.returned_amount < {_UNLOST} AND o.paid_at >= ? GROUP BY o.currency",
    ("currency", "orders", "total"),
)


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
