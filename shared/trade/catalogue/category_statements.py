"""What the pages of all categories ask, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from shared.infra.database.raw_sql import fetch

_ON_SALE = """
p.category = c.name AND p.is_published AND p.parent_id IS NULL
AND (SELECT o.is_open FROM vendors o WHERE o.id = p.vendor_id)
"""
# Any product: the newest would have PostgreSQL sort all that a category has.
_PICTURES = f"""
SELECT c.name, coalesce(
    (SELECT p.picture FROM products p WHERE {_ON_SALE} AND p.picture > '' LIMIT 1),
    (SELECT p.picture FROM products p WHERE {_ON_SALE} LIMIT 1)
) AS picture FROM categories c LIMIT ?
"""


async def pictures(most: int) -> dict[str, str]:
    """A picture of something in each category that has anything, by the category's name; empty
    where none of its things has one.
    """
    rows = await fetch(_PICTURES, most)
    return {row["name"]: row["picture"] for row in rows if row["picture"] is not None}
