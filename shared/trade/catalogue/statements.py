"""Hot statements of the catalogue, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from shared.core.frozen import frozen
from shared.core.search_terms import Wish
from shared.infra.database import counting
from shared.infra.database.finding import Condition, beside_another, from_index
from shared.infra.database.raw_sql import fetch
from shared.trade.catalogue.wanted import Sort, Wanted

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
# What each order goes by, and whether it goes down.
_KEYS: dict[Sort, tuple[tuple[str, ...], bool]] = {
    Sort.RELEVANCE: (("sort_name", "id"), False),
    Sort.NAME: (("sort_name", "id"), False),
    Sort.NEWEST: (("id",), True),
    Sort.PRICE_UP: (("currency", "price_amount", "id"), False),
    Sort.PRICE_DOWN: (("currency", "price_amount", "id"), True),
}
_SHOWN = "id, vendor_id, sort_name, currency, price_amount"
_GONE = "p.stock <= p.reserved"


@frozen
class Step:
    """The product that a list goes on behind: its rank, whether it is sold out, what it is sorted
    by.
    """

    rank: int
    is_gone: bool
    key: tuple[Any, ...]


async def categories(limit: int) -> tuple[str, ...]:
    """Return the first names of categories that products have, by name."""
    rows = await fetch(_CATEGORIES, limit)
    return tuple(str(row["name"]) for row in rows)


async def key_of(product_id: int, sort: Sort) -> tuple[Any, ...] | None:
    """What a product is sorted by; None where it is gone."""
    names, _ = _KEYS[sort]
    sql = f"SELECT {', '.join(names)} FROM products WHERE id = ?"
    rows = await fetch(sql, product_id)
    return tuple(rows[0][name] for name in names) if rows else None


async def counts(wanted: Wanted, wish: Wish | None) -> list[dict[str, Any]]:
    """Count what is found, as far as a list tells: by vendor, category and currency."""
    source, conditions = _led(wanted, wish)
    met = _all(conditions)
    return await fetch(
        f"""
        SELECT s.vendor_id, v.slug, v.name, s.category, s.currency, s.number FROM (
            SELECT vendor_id, category, currency, count(*) AS number FROM (
                SELECT p.vendor_id, p.category, p.currency FROM {source}
                JOIN vendors o ON o.id = p.vendor_id AND o.is_open
                WHERE {met.sql} LIMIT {counting.MOST + 1}
            ) f GROUP BY vendor_id, category, currency
        ) s JOIN vendors v ON v.id = s.vendor_id
        ORDER BY v.search, s.category
        """,
        *met.values,
    )


async def how_many(wanted: Wanted, wish: Wish) -> int:
    """Count what is found, one more than MOST at most."""
    return sum(int(row["number"]) for row in await counts(wanted, wish))


async def few(
    wanted: Wanted,
    wish: Wish | None,
    named: Wish | None,
    *,
    after: Step | None,
    limit: int,
) -> list[dict[str, Any]]:
    """The ids of the next products of so few that all of them are read and sorted.

    `named` fulfilled: they come first.
    """
    source, conditions = _led(wanted, wish)
    met = _all(conditions)
    is_named = Condition("FALSE") if named is None else beside_another("products", "p", named)
    behind = Condition("TRUE") if after is None else _behind(wanted.sort, after)
    columns = ", ".join(f"p.{name}" for name in _SHOWN.split(", "))
    return await fetch(
        f"""
        WITH found AS MATERIALIZED (
            SELECT {columns}, CASE WHEN {is_named.sql} THEN 0 ELSE 1 END AS rank,
                CASE WHEN {_GONE} THEN 1 ELSE 0 END AS gone
            FROM {source} WHERE {met.sql}
        )
        SELECT f.id, f.rank, f.gone FROM found f
        JOIN vendors o ON o.id = f.vendor_id AND o.is_open
        WHERE {behind.sql} ORDER BY f.rank, f.gone, {_order("f", wanted.sort)} LIMIT {limit}
        """,
        *is_named.values,
        *met.values,
        *behind.values,
    )


async def many(
    wanted: Wanted,
    wish: Wish | None,
    *,
    is_gone: bool,
    after: Step | None,
    limit: int,
) -> list[dict[str, Any]]:
    """The ids of the next products of very many, in the order of an index: as many as are needed
    are read.
    """
    found = [] if wish is None else [beside_another("products", "p", wish)]
    gone = Condition(_GONE if is_gone else f"NOT ({_GONE})")
    behind = [] if after is None else [_beyond("p", wanted.sort, after.key)]
    met = _all([*found, *_filters(wanted), gone, *behind])
    return await fetch(
        f"""
        SELECT p.id FROM products p JOIN vendors o ON o.id = p.vendor_id AND o.is_open
        WHERE {met.sql} ORDER BY {_order("p", wanted.sort)} LIMIT {limit}
        """,
        *met.values,
    )


def _led(wanted: Wanted, wish: Wish | None) -> tuple[str, list[Condition]]:
    if wish is None:
        return "products p", _filters(wanted)
    source, found = from_index("products", "p", wish)
    return source, [found, *_filters(wanted)]


def _filters(wanted: Wanted) -> list[Condition]:
    found = [Condition("p.is_published")]
    for sql, value in (
        ("p.vendor_id = ?", wanted.vendor_id),
        ("p.category = ?", wanted.category),
        ("p.currency = ?", wanted.currency),
        ("p.price_amount >= ?", wanted.lowest),
        ("p.price_amount <= ?", wanted.highest),
    ):
        if value is not None:
            found.append(Condition(sql, (value,)))
    if wanted.in_stock:
        found.append(Condition(f"NOT ({_GONE})"))
    return found


def _behind(sort: Sort, after: Step) -> Condition:
    """What comes later by rank, by being sold out, or by the order itself."""
    gone = int(after.is_gone)
    beyond = _beyond("f", sort, after.key)
    return Condition(
        f"(f.rank > ? OR f.rank = ? AND (f.gone > ? OR f.gone = ? AND {beyond.sql}))",
        (after.rank, after.rank, gone, gone, *beyond.values),
    )


def _beyond(alias: str, sort: Sort, key: Sequence[Any]) -> Condition:
    names, goes_down = _KEYS[sort]
    columns = ", ".join(f"{alias}.{name}" for name in names)
    marks = ", ".join("?" for _ in names)
    return Condition(f"({columns}) {'<' if goes_down else '>'} ({marks})", tuple(key))


def _order(alias: str, sort: Sort) -> str:
    names, goes_down = _KEYS[sort]
    return ", ".join(f"{alias}.{name}{' DESC' if goes_down else ''}" for name in names)


def _all(conditions: Iterable[Condition]) -> Condition:
    given = list(conditions)
    values = (value for each in given for value in each.values)
    return Condition(" AND ".join(each.sql for each in given), tuple(values))
