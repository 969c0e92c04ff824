"""The newest rows that have some terms, however many have them.

SQLite's index of terms has its rows in the order of their ids, and is read until there are enough.
PostgreSQL's has not: it would be read to its end and sorted. So what is common is found among the
newest rows of the table, and only what is rare there by its terms.
"""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.core.search_terms import TermQuery
from shared.infra.database.dialect import dialect
from shared.infra.database.finding import (
    Condition,
    beside_another,
    from_index,
    index_of,
)
from shared.infra.database.raw_sql import fetch

LOOKED_THROUGH = 1000


@frozen
class Turn:
    """The row from which a list goes on: to older ones, or back to `newer`."""

    id: int
    newer: bool = False


@frozen
class NewestQuery:
    """What is looked for in a table.

    `terms`: None where any will do. `met`: what must be so of the row `t` besides; an index finds
    that.
    """

    table: str
    terms: TermQuery | None
    met: Condition
    turn: Turn | None
    limit: int

    def beyond(self, column: str) -> Condition:
        """What lies in the way in which the list goes."""
        if self.turn is None:
            return Condition("TRUE")
        return Condition(
            f"{column} {'>' if self.turn.newer else '<'} ?", (self.turn.id,)
        )

    @property
    def way(self) -> str:
        """How that is sorted."""
        return "ASC" if self.turn is not None and self.turn.newer else "DESC"


async def found_ids(wanted: NewestQuery) -> list[int]:
    """The ids of what is found, in the order in which the list goes."""
    if wanted.terms is None:
        return await _first(wanted)
    if dialect() == "sqlite":
        return await _along_the_terms(wanted, wanted.terms)
    found = await _among_the_first(wanted, wanted.terms)
    if len(found) == wanted.limit:
        return found
    return await _all_with_the_terms(wanted, wanted.terms)


async def _first(wanted: NewestQuery) -> list[int]:
    beyond = wanted.beyond("t.id")
    return await _ids(
        f"""
        SELECT t.id FROM {wanted.table} t WHERE {beyond.sql} AND {wanted.met.sql}
        ORDER BY t.id {wanted.way} LIMIT {wanted.limit}
        """,
        beyond,
        wanted.met,
    )


async def _along_the_terms(
    wanted: NewestQuery,
    terms: TermQuery,
) -> list[int]:
    source, has_terms = from_index(
        wanted.table,
        "t",
        terms,
    )
    place = f"{index_of(wanted.table)}.rowid"
    beyond = wanted.beyond(place)
    return await _ids(
        f"""
        SELECT t.id FROM {source}
        WHERE {has_terms.sql} AND {beyond.sql} AND {wanted.met.sql}
        ORDER BY {place} {wanted.way} LIMIT {wanted.limit}
        """,
        has_terms,
        beyond,
        wanted.met,
    )


async def _among_the_first(
    wanted: NewestQuery,
    terms: TermQuery,
) -> list[int]:
    beyond = wanted.beyond("t.id")
    has_terms = beside_another(
        wanted.table,
        "f",
        terms,
    )
    return await _ids(
        f"""
        SELECT f.id FROM (
            SELECT t.id, t.terms_vector FROM {wanted.table} t
            WHERE {beyond.sql} AND {wanted.met.sql}
            ORDER BY t.id {wanted.way} LIMIT {LOOKED_THROUGH}
        ) f WHERE {has_terms.sql} ORDER BY f.id {wanted.way} LIMIT {wanted.limit}
        """,
        beyond,
        wanted.met,
        has_terms,
    )


async def _all_with_the_terms(
    wanted: NewestQuery,
    terms: TermQuery,
) -> list[int]:
    source, has_terms = from_index(
        wanted.table,
        "t",
        terms,
    )
    beyond = wanted.beyond("f.id")
    return await _ids(
        f"""
        WITH f AS MATERIALIZED (
            SELECT t.id FROM {source} WHERE {has_terms.sql} AND {wanted.met.sql}
        )
        SELECT f.id FROM f WHERE {beyond.sql}
        ORDER BY f.id {wanted.way} LIMIT {wanted.limit}
        """,
        has_terms,
        wanted.met,
        beyond,
    )


async def _ids(sql: str, *conditions: Condition) -> list[int]:
    values = [value for condition in conditions for value in condition.values]
    return [int(row["id"]) for row in await fetch(sql, *values)]
