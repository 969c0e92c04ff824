"""How much a search finds, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.core.search_terms import TermQuery
from shared.infra.database import counting
from shared.infra.database.dialect import dialect
from shared.infra.database.finding import Condition, beside_another
from shared.infra.database.raw_sql import fetch
from shared.trade.catalogue.statements import IS_OPEN, all_of, filters, led
from shared.trade.catalogue.wanted import ProductQuery

MOST_MAKERS = 24  # shops to choose from
LOOKED_AT = 300  # of the newest products, to see whether very many have some words
COMMON = 100  # of those: so many have them that a page's worth is met soon


@frozen
class Maker:
    """A vendor of some of what was found."""

    slug: str
    name: str
    number: int


@frozen
class FoundNumbers:
    """How much was found, as far as a list tells, and whose most of it is, by name."""

    total: int
    makers: tuple[Maker, ...]


async def counts(
    wanted: ProductQuery,
    terms: TermQuery | None,
) -> FoundNumbers:
    """Count what is found, as far as a list tells, and by those vendors that have most of it."""
    some = _found(wanted, terms)
    if terms is not None and await _are_common(wanted, terms):
        some = _met_soon(wanted, terms)
    rows = await fetch(
        f"""
        SELECT v.slug, v.name, s.number, s.total FROM (
            SELECT vendor_id, count(*) AS number, sum(count(*)) OVER () AS total
            FROM ({some.sql} LIMIT {counting.MOST + 1}) f
            GROUP BY vendor_id ORDER BY number DESC, vendor_id LIMIT {MOST_MAKERS}
        ) s JOIN vendors v ON v.id = s.vendor_id
        ORDER BY v.search, v.id
        """,
        *some.values,
    )
    makers = [Maker(*list(row.values())[:3]) for row in rows]
    total = int(rows[0]["total"]) if rows else 0
    return FoundNumbers(total, tuple(makers))


def _found(wanted: ProductQuery, terms: TermQuery | None) -> Condition:
    """The vendors of what is found, by the index of terms."""
    source, met = led(wanted, terms)
    sql = f"""
        SELECT p.vendor_id FROM {source}
        JOIN vendors o ON o.id = p.vendor_id AND o.is_open WHERE {met.sql}
    """
    return Condition(sql, met.values)


def _met_soon(wanted: ProductQuery, terms: TermQuery) -> Condition:
    """The same of words that very many have, from the newest product on."""
    beside = beside_another("products", "p", terms)
    met = all_of([*filters(wanted), Condition(IS_OPEN), beside])
    sql = f"SELECT p.vendor_id FROM products p WHERE {met.sql} ORDER BY p.id DESC"
    return Condition(sql, met.values)


async def _are_common(wanted: ProductQuery, terms: TermQuery) -> bool:
    """Whether very many products have these terms, as the newest ones tell.

    PostgreSQL reads its index of terms to the end before it gives the first row; SQLite does not.
    """
    if dialect() != "postgres" or wanted.is_narrowed or wanted.in_stock:
        return False
    met = all_of([*filters(wanted), beside_another("products", "p", terms)])
    (row,) = await fetch(
        f"""
        SELECT count(*) AS number FROM (
            SELECT * FROM products ORDER BY id DESC LIMIT {LOOKED_AT}
        ) p WHERE {met.sql}
        """,
        *met.values,
    )
    return bool(row["number"] >= COMMON)
