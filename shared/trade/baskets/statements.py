"""Hot statements of baskets, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from shared.infra.database.raw_sql import Record, every, fetch
from shared.trade.baskets.models import BasketLine
from shared.trade.catalogue.models import Product
from shared.trade.shipping.models import ShippingSettings
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.terms import payment_configs

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
        f" {every(l=BasketLine, p=Product, v=Vendor, c=configs, s=ShippingSettings)},"
        f" {_HELD} AS held, b.discount_code AS discount_code FROM baskets b"
        " JOIN basket_lines l ON l.basket_id = b.id"
        " JOIN products p ON p.id = l.product_id"
        " JOIN vendors v ON v.id = p.vendor_id"
        f" LEFT JOIN {configs._meta.db_table} c ON c.vendor_id = v.id"
        " LEFT JOIN shipping_settings s ON s.vendor_id = v.id"
        " WHERE b.token_digest = ? ORDER BY l.id"
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
