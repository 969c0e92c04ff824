"""What the pages of all categories ask, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from functools import cache

from shared.infra.database.raw_sql import columns, fetch, row_of
from shared.trade.catalogue.models import Category

_ON_SALE = """
p.category = c.name AND p.is_published AND p.parent_id IS NULL
AND (SELECT o.is_open FROM vendors o WHERE o.id = p.vendor_id)
"""
# Any product: the newest would have PostgreSQL sort all that a category has.
_PICTURE = f"""coalesce(
    (SELECT p.picture FROM products p WHERE {_ON_SALE} AND p.picture > '' LIMIT 1),
    (SELECT p.picture FROM products p WHERE {_ON_SALE} LIMIT 1)
)"""


@cache
def _with_pictures() -> str:
    return (
        f"SELECT {columns(Category, 'c')}, {_PICTURE} AS shown FROM categories c"
        " LIMIT ?"
    )


async def with_pictures(most: int) -> list[tuple[Category, str | None]]:
    """Each category with a picture of something in it: empty where none of its things has one,
    None where it has nothing.
    """
    rows = await fetch(_with_pictures(), most)
    return [(row_of(Category, "c", row), row["shown"]) for row in rows]
