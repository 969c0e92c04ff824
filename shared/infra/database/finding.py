"""Rows by the terms that they are found by (shared/core/search_terms.py): one condition for both
engines.

A table that is searched has a column `terms`. SQLite keeps an FTS5 table beside it, PostgreSQL a
generated column `terms_vector` with a GIN index (migration 0059); both follow by themselves,
whoever writes the row.
"""

from __future__ import annotations

from typing import Any

from shared.core.frozen import frozen
from shared.core.search_terms import TermQuery, as_fts5, as_tsquery
from shared.infra.database.dialect import dialect


@frozen
class Condition:
    """A piece of SQL and the values of its question marks."""

    sql: str
    values: tuple[Any, ...] = ()


def index_of(table: str) -> str:
    """The FTS5 table of a searched table."""
    return f"{table}_found"


def from_index(
    table: str,
    alias: str,
    query: TermQuery,
) -> tuple[str, Condition]:
    """What to select from and on which condition, so that the index of terms leads the way."""
    if dialect() == "postgres":
        return f"{table} {alias}", _vector(alias, query)
    index = index_of(table)
    source = f"{index} CROSS JOIN {table} {alias} ON {alias}.id = {index}.rowid"
    return source, Condition(f"{index} MATCH ?", (as_fts5(query),))


def beside_another(
    table: str,
    alias: str,
    query: TermQuery,
) -> Condition:
    """The condition where another index leads: for terms that very many rows have.

    PostgreSQL plans a statement that it has seen five times for any words there may be, which are
    rare: it would read all that have these. No index answers the function that stands for `@@`.
    """
    if dialect() == "postgres":
        sql = f"ts_match_vq({alias}.terms_vector, CAST(CAST(? AS text) AS tsquery))"
        return Condition(sql, (as_tsquery(query),))
    index = index_of(table)
    # The plus keeps SQLite from going by these ids instead of by the order that is asked for.
    sql = f"+{alias}.id IN (SELECT rowid FROM {index} WHERE {index} MATCH ?)"  # noqa: S608
    return Condition(sql, (as_fts5(query),))


def _vector(
    alias: str,
    query: TermQuery,
) -> Condition:
    sql = f"{alias}.terms_vector @@ CAST(CAST(? AS text) AS tsquery)"
    return Condition(sql, (as_tsquery(query),))
