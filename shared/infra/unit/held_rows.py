"""Rows that a transaction holds locked, and what it changes of them: written with the rest, not one
by one.

A row that is locked is as it was read, so whether a move may happen is known without asking the
database again; what it sets waits until the transaction writes what it has collected, or until
somebody is about to read that table, or to write anything.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeAlias, TypeVar

from tortoise.expressions import Expression

from shared.infra.database.base import Row
from shared.infra.database.batch import Batch, stored, update_row

Key: TypeAlias = tuple[type[Row], int]
M = TypeVar("M", bound=Row)
_READS = re.compile(r"\s*SELECT\b", re.IGNORECASE)
_UPDATES = re.compile(r'\s*UPDATE\s+"?(\w+)', re.IGNORECASE)
_ONLY_ADDS = re.compile(r"\s*INSERT\b(?!.*\bDO\s+UPDATE\b)", re.IGNORECASE | re.DOTALL)


class HeldRows:
    """The rows of one transaction, by table and id."""

    def __init__(self) -> None:
        self._rows: dict[Key, Row] = {}
        self._new: list[Row] = []
        self._waiting: dict[Key, dict[str, Any]] = {}

    def keep(self, row: Row) -> None:
        """Note a row that was read under its lock just now."""
        self._rows[_key(row)] = row

    def add(self, row: Row) -> None:
        """Keep a new row whose id is known; it is inserted when what waits is written."""
        self.keep(row)
        self._new.append(row)

    @property
    def new(self) -> int:
        """How many rows wait that others may name."""
        return len(self._new)

    async def write_new(self) -> None:
        """Write everything, if others may name something of it."""
        if self._new:
            batch = Batch()
            self.write(batch)
            await batch.send()

    def find(self, model: type[M], row_id: int) -> M | None:
        """Return a row that is held; None for one that the database must be asked about."""
        row = self._rows.get((model, row_id))
        return row if isinstance(row, model) else None

    def forget(self) -> None:
        """Drop what waits, and trust no row any more: a part of the transaction was undone."""
        self._new.clear()
        self._waiting.clear()
        self._rows.clear()

    def change(
        self,
        row: Row,
        where: Mapping[str, Any],
        values: Mapping[str, Any],
    ) -> bool | None:
        """Let `values` wait, if `where` holds of a row that is held; tell whether it does.

        None for what only the database can decide: another copy of the row, an expression, a
        condition that is more than a column's value.
        """
        is_held = self._rows.get(_key(row)) is row
        if not is_held or not _is_plain(row, {**where, **values}):
            return None
        if any(getattr(row, name) != value for name, value in where.items()):
            return False
        columns = stored(row, values)  # refuses what is no value of a column
        if any(each is row for each in self._new):
            return True  # it is inserted as it is by then
        self._waiting.setdefault(_key(row), {}).update(columns)
        return True

    def write(self, batch: Batch) -> None:
        """Add what waits to a batch."""
        new, self._new = self._new, []
        for _, rows in groupby(new, key=type):
            batch.insert(list(rows))
        waiting, self._waiting = self._waiting, {}
        for key, values in waiting.items():
            batch.update(self._rows[key], values)

    def before(self, query: str) -> Awaitable[None] | None:
        """Return what writes what a statement that is about to be sent must find; None where there
        is nothing of it.
        """
        reads, only_adds = _kind(query)
        if self._is_waited_for(query, reads=reads):
            return self._written_before(query)
        if not (reads or only_adds):
            self._distrust(query)
        return None

    def _is_waited_for(self, query: str, *, reads: bool) -> bool:
        if not (self._new or self._waiting):
            return False
        tables = {type(row)._meta.db_table for row in self._new}
        tables |= {model._meta.db_table for model, _ in self._waiting}
        return not reads or any(table in query for table in tables)

    async def _written_before(self, query: str) -> None:
        batch = Batch()
        self.write(batch)
        await batch.send()
        if not any(_kind(query)):
            self._distrust(query)

    def _distrust(self, query: str) -> None:
        """Ask the database again about rows that somebody else's statement may have changed.

        An update changes its table; what else changes rows may go on to others (a cascade).
        """
        updates = _UPDATES.match(query)
        self._rows = {
            key: row
            for key, row in self._rows.items()
            if updates is not None and key[0]._meta.db_table != updates[1]
        }


async def changed_if(
    row: Row,
    where: Mapping[str, Any],
    values: Mapping[str, Any],
) -> bool:
    """Set `values` of a row of which the database says whether `where` holds; tell whether it
    does.
    """
    words = [value for value in where.values() if isinstance(value, (str, int))]
    is_plain = _is_plain(row, {**where, **values})
    if is_plain and len(words) == len(where):
        return await update_row(row, where, values)
    found = type(row).filter(id=row.id, **where)
    return bool(await found.update(**values))


@lru_cache(maxsize=1024)
def _kind(query: str) -> tuple[bool, bool]:
    """Whether a statement reads, and whether it only adds rows."""
    reads, adds = _READS.match(query), _ONLY_ADDS.match(query)
    return reads is not None, adds is not None


def _key(row: Row) -> Key:
    return type(row), row.id


def _is_plain(row: Row, values: Mapping[str, Any]) -> bool:
    columns = type(row)._meta.fields_db_projection
    return columns.keys() >= values.keys() and not any(
        isinstance(value, Expression) for value in values.values()
    )
