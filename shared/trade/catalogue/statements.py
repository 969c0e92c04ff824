"""Hot statements of the catalogue, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from shared.core.frozen import frozen
from shared.core.search_terms import TermQuery
from shared.infra.database.finding import Condition, beside_another, from_index
from shared.infra.database.raw_sql import (
    columns,
    execute,
    fetch,
    for_share,
    row_of,
)
from shared.trade.catalogue.models import Category
from shared.trade.catalogue.pieces import IS_GONE
from shared.trade.catalogue.wanted import ProductQuery, Sort

Key: TypeAlias = Sequence[Any]  # what a product is sorted by

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
_RENAME = "UPDATE products SET category = ?, updated_at = ? WHERE category = ?"
_BY_NAME = ("sort_name", "id")
_BY_PRICE = ("currency", "price_amount", "id")
_KEYS: dict[Sort, Sequence[str]] = {
    Sort.RELEVANCE: _BY_NAME,
    Sort.NAME: _BY_NAME,
    Sort.NEWEST: ("id",),
    Sort.PRICE_UP: _BY_PRICE,
    Sort.PRICE_DOWN: _BY_PRICE,
}
_DOWNWARDS = {Sort.NEWEST, Sort.PRICE_DOWN}
_THERE = f"NOT ({IS_GONE})"
# Of each row that is met on the way: a join would have PostgreSQL read all of them and sort.
IS_OPEN = "(SELECT o.is_open FROM vendors o WHERE o.id = p.vendor_id)"


@frozen
class Hit:
    """A product that was found: `rank` 0 where its name alone has all the words."""

    id: int
    rank: int
    is_gone: bool


@frozen
class Step:
    """The product that a list goes on behind, and what it is sorted by."""

    rank: int
    is_gone: bool
    key: Key


async def categories(limit: int) -> tuple[str, ...]:
    """Return the first names of categories that products have, by name."""
    rows = await fetch(_CATEGORIES, limit)
    return tuple(str(row["name"]) for row in rows)


@cache
def _category_sql() -> str:
    return f"SELECT {columns(Category, 'c')} FROM categories c WHERE c.name = ?"


async def keep_category(name: str) -> Category | None:
    """Read a category and keep it as it is until the transaction ends; others may do so too."""
    found = await fetch(_category_sql() + for_share("c"), name)
    return row_of(Category, "c", found[0]) if found else None


async def rename_category(before: str, after: str, at: datetime) -> None:
    """Have products say another category; the words that they are found by are left as they are."""
    await execute(_RENAME, after, at, before)


async def key_of(
    product_id: int,
    sort: Sort,
) -> Key | None:
    """What a product is sorted by; None where it is gone."""
    names = ", ".join(_KEYS[sort])
    rows = await fetch(f"SELECT {names} FROM products WHERE id = ?", product_id)
    return list(rows[0].values()) if rows else None


async def few(
    wanted: ProductQuery,
    terms: TermQuery | None,
    named: TermQuery | None,
    *,
    after: Step | None,
    limit: int,
) -> list[Hit]:
    """The next of so few products that all of them are read and sorted; those of `named` first."""
    source, met = led(wanted, terms)
    first = Condition("FALSE")
    if named is not None:
        first = beside_another(
            "products",
            "p",
            named,
        )
    behind = Condition("TRUE")
    if after is not None:
        behind = _behind(wanted.sort, after)
    rows = await fetch(
        f"""
        WITH found AS MATERIALIZED (
            SELECT p.id, p.vendor_id, p.sort_name, p.currency, p.price_amount,
                CASE WHEN {first.sql} THEN 0 ELSE 1 END AS rank,
                CASE WHEN {IS_GONE} THEN 1 ELSE 0 END AS gone
            FROM {source} WHERE {met.sql}
        )
        SELECT f.id, f.rank, f.gone FROM found f
        JOIN vendors o ON o.id = f.vendor_id AND o.is_open
        WHERE {behind.sql}
        ORDER BY f.rank, f.gone, {_order("f", wanted.sort)} LIMIT {limit}
        """,
        *first.values,
        *met.values,
        *behind.values,
    )
    return [_hit(row) for row in rows]


async def many(
    wanted: ProductQuery,
    terms: TermQuery | None,
    place: Step,
    limit: int,
) -> list[Hit]:
    """The next of very many products, in the order of an index: as many as are needed are read.

    Those of the rank of `place`, there or sold out as it says, behind its key if it has one.
    """
    conditions = filters(wanted)
    conditions.append(Condition(IS_OPEN))
    conditions.append(Condition(IS_GONE if place.is_gone else _THERE))
    if terms is not None:
        conditions.append(
            beside_another(
                "products",
                "p",
                terms,
            )
        )
    if place.key:
        conditions.append(
            _beyond(
                "p",
                wanted.sort,
                place.key,
            )
        )
    met = all_of(conditions)
    rows = await fetch(
        f"""
        SELECT p.id FROM products p WHERE {met.sql}
        ORDER BY {_order("p", wanted.sort)} LIMIT {limit}
        """,
        *met.values,
    )
    here = {"rank": place.rank, "gone": place.is_gone}
    return [_hit(row | here) for row in rows]


def _hit(row: dict[str, Any]) -> Hit:
    return Hit(
        row["id"],
        row["rank"],
        bool(row["gone"]),
    )


def led(
    wanted: ProductQuery,
    terms: TermQuery | None,
) -> tuple[str, Condition]:
    chosen = filters(wanted)
    if terms is None:
        return "products p", all_of(chosen)
    source, found = from_index(
        "products",
        "p",
        terms,
    )
    return source, all_of([found, *chosen])


def filters(wanted: ProductQuery) -> list[Condition]:
    # The plus keeps SQLite from going by the parent, which nearly every product lacks.
    found = [Condition("p.is_published AND +p.parent_id IS NULL")]
    chosen = {
        "p.vendor_id = ?": wanted.vendor_id,
        "p.category = ?": wanted.category,
        "p.currency = ?": wanted.currency,
        "p.price_amount >= ?": wanted.lowest,
        "p.price_amount <= ?": wanted.highest,
    }
    for sql, value in chosen.items():
        if value is not None:
            found.append(Condition(sql, (value,)))
    if wanted.categories:
        marks = ", ".join("?" for _ in wanted.categories)
        found.append(Condition(f"p.category IN ({marks})", wanted.categories))
    if wanted.in_stock:
        found.append(Condition(_THERE))
    return found


def _behind(
    sort: Sort,
    after: Step,
) -> Condition:
    """What comes later by rank, by being sold out, or by the order itself."""
    gone = int(after.is_gone)
    beyond = _beyond(
        "f",
        sort,
        after.key,
    )
    sql = f"(f.rank > ? OR f.rank = ? AND (f.gone > ? OR f.gone = ? AND {beyond.sql}))"
    values = [after.rank, after.rank, gone, gone]
    return Condition(sql, (*values, *beyond.values))


def _beyond(
    alias: str,
    sort: Sort,
    key: Key,
) -> Condition:
    columns = ", ".join(f"{alias}.{name}" for name in _KEYS[sort])
    marks = ", ".join("?" for _ in key)
    sign = "<" if sort in _DOWNWARDS else ">"
    return Condition(
        f"({columns}) {sign} ({marks})",
        tuple(key),
    )


def _order(
    alias: str,
    sort: Sort,
) -> str:
    way = " DESC" if sort in _DOWNWARDS else ""
    return ", ".join(f"{alias}.{name}{way}" for name in _KEYS[sort])


def all_of(conditions: Iterable[Condition]) -> Condition:
    given = list(conditions)
    sql = " AND ".join(each.sql for each in given)
    values: list[Any] = []
    for each in given:
        values += each.values
    return Condition(
        sql,
        tuple(values),
    )
