"""Statements by hand, for the few that are hot: rows of several tables with one question.

A domain keeps its own in `statements.py` beside `queries.py`, each with a test that holds it equal
to what the ORM answers. SQL has a question mark for each value; both databases take it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from tortoise.queryset import QuerySet

from shared.infra.database.announced import connected, untold
from shared.infra.database.base import Row
from shared.infra.database.batch import placed
from shared.infra.database.dialect import dialect
from shared.infra.database.quick_rows import quick

M = TypeVar("M", bound=Row)
Record = Mapping[str, Any]


async def fetch(sql: str, *values: Any) -> list[dict[str, Any]]:
    """Return what a statement answers; JSON columns are as the driver gives them."""
    client = connected()
    asked = placed(sql, client)
    return list(await client.execute_query_dict(asked, list(values)))


async def execute(sql: str, *values: Any) -> int:
    """Write, past what the transaction keeps back of its rows; return how many rows were met.

    For statements that neither read nor set what a held row waits with.
    """
    client = connected()
    with untold():
        count, _ = await client.execute_query(placed(sql, client), list(values))
    return int(count)


@cache
def columns(model: type[Row], alias: str) -> str:
    """Return every column of a table, to be read by `row_of` under the same alias."""
    names = model._meta.fields_db_projection.values()
    return ", ".join(f'{alias}."{name}" AS "{alias}.{name}"' for name in names)


def every(**tables: type[Row]) -> str:
    """Return every column of several tables, each under its alias."""
    return ", ".join(columns(model, alias) for alias, model in tables.items())


def row_of(
    model: type[M],
    alias: str,
    record: Record,
) -> M:
    """Make the row of a table out of a record that has its columns."""
    row: M | None = quick(model).read(record, alias)
    if row is not None:
        return row
    names = model._meta.fields_db_projection.values()
    return model._init_from_db(**{name: record[f"{alias}.{name}"] for name in names})


async def one_row(
    model: type[M],
    where: str,
    *values: Any,
) -> M | None:
    """Read the first row of a table that meets `where`, in which `t` is the table; None where there
    is none.

    What the ORM's `first` answers, for a third of what that takes: it words its SQL anew each time.
    """
    found = await fetch(_one_row(model, where), *values)
    return row_of(model, "t", found[0]) if found else None


def locking(query: QuerySet[M]) -> QuerySet[M]:
    """SQLite has no row locks and needs none: the transaction holds the write lock.

    By the connection of the transaction, whichever the query was asked by before.
    """
    mine = query.using_db(connected())
    return mine.select_for_update() if dialect() == "postgres" else mine


async def locked_row(
    model: type[M],
    where: Mapping[str, Any],
) -> M | None:
    """Read the first row that has these values, and lock it; None where there is none."""
    if not quick(model).are_plain(where):
        return await locking(model.filter(**where)).first()
    sql = _locked_row(model, tuple(where), dialect())
    found = await fetch(sql, *where.values())
    return row_of(model, "t", found[0]) if found else None


@cache
def _locked_row(
    model: type[Row],
    names: tuple[str, ...],
    engine: str,
) -> str:
    columns = model._meta.fields_db_projection
    met = " AND ".join(f't."{columns[name]}" = ?' for name in names)
    sql = _one_row(model, met)
    return f"{sql} FOR UPDATE" if engine == "postgres" else sql


@cache
def _one_row(
    model: type[Row],
    where: str,
) -> str:
    table = model._meta.db_table
    return f'SELECT {columns(model, "t")} FROM "{table}" t WHERE {where} LIMIT 1'  # noqa: S608


def moment_in(value: Any) -> datetime | None:
    """Read a moment that was worked out, which SQLite gives as text."""
    if value is None:
        return None
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def for_update(*aliases: str) -> str:
    """Return what locks the rows of these tables, in this order; SQLite holds its lock already."""
    return f" FOR UPDATE OF {', '.join(aliases)}" if dialect() == "postgres" else ""


def for_share(alias: str) -> str:
    """Return what keeps a row of this table as it is, while others may do the same."""
    return f" FOR SHARE OF {alias}" if dialect() == "postgres" else ""
