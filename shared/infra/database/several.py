"""Rows of several tables with one statement: what a page shows of one thing takes one round trip
instead of one for each table.

Each part is what the ORM would read of one table, as one column of JSON. Like all SQL by hand it
stands in a domain's `statements.py` (raw_sql.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Generic, TypeVar

from tortoise.fields import DateField, DatetimeField

from shared.core.frozen import frozen
from shared.infra.database.base import Row
from shared.infra.database.dialect import dialect
from shared.infra.database.raw_sql import fetch

M = TypeVar(
    "M",
    bound=Row,
)


@frozen
class Rows(Generic[M]):
    """Some rows of a table: `t` is its alias in `where` and `order`, a question mark each value."""

    model: type[M]
    where: str
    order: str = "t.id"
    limit: int = 0  # of the first ones in that order; 0: all

    def __call__(self, *values: Any) -> Part:
        """The same with its values."""
        return Part(
            self,
            values,
        )


@frozen
class Records:
    """What any other statement answers, with the names of its columns; a moment is text."""

    sql: str
    names: tuple[str, ...]

    def __call__(self, *values: Any) -> Part:
        """The same with its values."""
        return Part(
            self,
            values,
        )


@frozen
class Part:
    """What is asked for."""

    asked: Rows[Any] | Records
    values: tuple[Any, ...]


class Found:
    """What was read, by what was asked for."""

    def __init__(self, columns: Mapping[Rows[Any] | Records, str | None]) -> None:
        self._columns = columns
        self._rows: dict[Rows[Any], list[Any]] = {}

    def of(self, rows: Rows[M]) -> list[M]:
        """The rows of one part: the same ones, whoever asks again."""
        if rows not in self._rows:
            read = self._read(rows)
            self._rows[rows] = [_made(rows.model, values) for values in read]
        return self._rows[rows]

    def one(self, rows: Rows[M]) -> M | None:
        """The only row of one part."""
        return next(
            iter(self.of(rows)),
            None,
        )

    def records(self, asked: Records) -> list[dict[str, Any]]:
        """What a statement answered."""
        return [
            dict(zip(asked.names, values, strict=True)) for values in self._read(asked)
        ]

    def _read(self, asked: Rows[Any] | Records) -> list[list[Any]]:
        column = self._columns[asked]
        return json.loads(column, parse_float=Decimal) if column else []


async def read(*parts: Part) -> Found:
    """Read all parts with one statement."""
    asked = tuple(part.asked for part in parts)
    values = [value for part in parts for value in part.values]
    (record,) = await fetch(
        _sql(asked, dialect()),
        *values,
    )
    return Found({each: record[f"p{at}"] for at, each in enumerate(asked)})


@cache
def _sql(asked: tuple[Rows[Any] | Records, ...], engine: str) -> str:
    parts = (f"({_part(each, engine)}) AS p{at}" for at, each in enumerate(asked))
    return f"SELECT {', '.join(parts)}"


def _part(asked: Rows[Any] | Records, engine: str) -> str:
    if isinstance(asked, Rows):
        names = _columns(asked.model)  # type: ignore[arg-type]
        each = _select(asked)
    else:
        names, each = asked.names, asked.sql
    row = ", ".join(f'x."{name}"' for name in names)
    if engine == "postgres":
        return f"SELECT json_agg(json_build_array({row})) FROM ({each}) x"  # noqa: S608
    return f"SELECT json_group_array(json_array({row})) FROM ({each}) x"  # noqa: S608


def _select(rows: Rows[Any]) -> str:
    table = rows.model._meta.db_table
    each = f'SELECT t.* FROM "{table}" t WHERE {rows.where}'  # noqa: S608
    limit = f" LIMIT {rows.limit}" if rows.limit else ""
    return f"{each} ORDER BY {rows.order}{limit}"


@cache
def _columns(model: type[Row]) -> tuple[str, ...]:
    return tuple(model._meta.fields_db_projection.values())


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


_Reader = Callable[[str], Any]
# JSON has no such values; read by the standard library at a tenth of what Tortoise takes.
_READ: dict[type[Any], _Reader] = {
    DatetimeField: _moment,
    DateField: date.fromisoformat,
}


@cache
def _readers(model: type[Row]) -> tuple[tuple[int, _Reader], ...]:
    """Where such values stand, and what reads them."""
    fields = {
        each.source_field or name: each for name, each in model._meta.fields_map.items()
    }
    kinds = (type(fields[name]) for name in _columns(model))
    return tuple((at, _READ[kind]) for at, kind in enumerate(kinds) if kind in _READ)


def _made(model: type[M], values: list[Any]) -> M:
    for at, reader in _readers(model):
        if values[at] is not None:
            values[at] = reader(values[at])
    named = dict(zip(_columns(model), values, strict=True))
    return model._init_from_db(**named)
