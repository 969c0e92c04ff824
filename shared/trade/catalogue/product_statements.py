"""What one product's page and its form ask, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from functools import cache

from shared.infra.database.raw_sql import fetch
from shared.trade.catalogue.pieces import OF_ALL
from shared.trade.catalogue.product_views import (
    PRODUCT_COLUMNS,
    ProductView,
    view_of,
)


@cache
def _product() -> str:
    columns = (
        "v." + name.removeprefix("vendor__") if "__" in name else f"products.{name}"
        for name in PRODUCT_COLUMNS
    )
    named = [
        f"{column} AS {name}"
        for column, name in zip(columns, PRODUCT_COLUMNS, strict=True)
    ]
    of_all = ("stock", "reserved")
    pieces = [f"{OF_ALL.format(one)} AS {one}_of_all" for one in of_all]
    return (
        f"SELECT {', '.join([*named, *pieces])} FROM products"
        " JOIN vendors v ON v.id = products.vendor_id"
        " WHERE v.slug = ? AND products.slug = ? AND products.is_published"
        " AND v.is_open"
    )


async def shown_product(vendor_slug: str, product_slug: str) -> ProductView | None:
    """Read a published product of an open shop, with its pieces."""
    found = await fetch(_product(), vendor_slug, product_slug)
    return view_of(found[0]) if found else None
