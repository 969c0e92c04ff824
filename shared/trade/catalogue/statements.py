"""Hot statements of the catalogue, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from shared.infra.database.raw_sql import fetch

# From each name to the next one in the index, whatever lies between.
_CATEGORIES = """
WITH RECURSIVE named(name) AS (
    SELECT min(category) FROM products WHERE category > ''
    UNION ALL
    SELECT (SELECT min(p.category) FROM products p WHERE p.category > n.name)
    FROM named n WHERE n.name IS NOT NULL
)
SELECT name FROM named WHERE name IS NOT NULL LIMIT ?
"""


async def categories(limit: int) -> tuple[str, ...]:
    """Return the first names of categories that products have, by name."""
    rows = await fetch(_CATEGORIES, limit)
    return tuple(str(row["name"]) for row in rows)
