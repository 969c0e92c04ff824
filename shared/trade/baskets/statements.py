"""Hot statements of baskets, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from shared.infra.database.newcomers import Newcomers, insert_new
from shared.infra.database.raw_sql import (
    Record,
    columns,
    every,
    fetch,
    locked_row,
    row_of,
)
from shared.infra.unit import Transaction
from shared.trade.baskets.models import Basket, BasketLine
from shared.trade.catalogue.models import Product
from shared.trade.shipping.models import ShippingSettings
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import VendorView, view_in
from shared.trade.vendors.terms import payment_configs, term_columns

# What the basket's own open order holds of a product; orders stand above baskets.
_HELD = (
    "(SELECT COALESCE(SUM(h.quantity), 0) FROM checkouts k"
    " JOIN orders o ON o.checkout_id = k.id JOIN order_lines h ON h.order_id = o.id"
    " WHERE k.basket_id = l.basket_id AND k.status = 'open'"
    " AND o.stock_state = 'reserved' AND h.product_id = l.product_id)"
)
_COUNT = (
    "SELECT SUM(l.quantity) AS n FROM baskets b"
    " JOIN basket_lines l ON l.basket_id = b.id WHERE b.token_digest = ?"
)


@cache
def _lines() -> str:
    configs = payment_configs()
    return (
        "SELECT"
        f" {every(l=BasketLine, p=Product, v=Vendor, s=ShippingSettings)},"
        f" {term_columns()}, {_HELD} AS held, b.discount_code AS discount_code FROM baskets b"
        " JOIN basket_lines l ON l.basket_id = b.id"
        " JOIN products p ON p.id = l.product_id"
        " JOIN vendors v ON v.id = p.vendor_id"
        f" LEFT JOIN {configs._meta.db_table} c ON c.vendor_id = v.id"
        " LEFT JOIN shipping_settings s ON s.vendor_id = v.id"
        " WHERE b.token_digest = ? ORDER BY l.id"
    )


@cache
def _for_sale() -> str:
    configs = payment_configs()
    return (
        f"SELECT {every(p=Product, v=Vendor)}, {term_columns()} FROM products p"
        " JOIN vendors v ON v.id = p.vendor_id"
        f" LEFT JOIN {configs._meta.db_table} c ON c.vendor_id = v.id"
        " WHERE p.id = ? AND p.is_published"
    )


async def for_sale(product_id: int) -> tuple[Product, VendorView] | None:
    """Read a product that is published, with its vendor; None where there is none."""
    found = await fetch(_for_sale(), product_id)
    if not found:
        return None
    return row_of(Product, "p", found[0]), view_in(found[0])


async def lock_basket(
    tx: Transaction,
    token_digest: str,
) -> tuple[Basket, list[BasketLine]]:
    """Lock a basket, and read its lines; it is made now where there is none."""
    named = {"token_digest": token_digest}
    basket = await locked_row(Basket, named)
    if basket is None:
        basket = Basket(token_digest=token_digest)
        (new,) = await insert_new([Newcomers([basket], "token_digest")])
        if token_digest in new:
            basket.id = new[token_digest]
            basket._saved_in_db = True
            tx.took(basket)
            return basket, []
        return await lock_basket(tx, token_digest)  # somebody made it meanwhile
    tx.took(basket)
    found = await fetch(_own_lines(), basket.id)
    return basket, [row_of(BasketLine, "l", record) for record in found]


@cache
def _own_lines() -> str:
    return (
        f"SELECT {columns(BasketLine, 'l')} FROM basket_lines l WHERE l.basket_id = ?"
    )


async def lines_of(token_digest: str) -> Sequence[Record]:
    """Read the lines of a basket (`l`) with product, vendor, payment config and what the vendor
    says of sending (`p`, `v`, `c`, `s`), and how much of each its own open order holds.
    """
    return await fetch(_lines(), token_digest)


async def count_of(token_digest: str) -> int:
    """Count the pieces in a basket."""
    (record,) = await fetch(_COUNT, token_digest)
    return int(record["n"] or 0)
