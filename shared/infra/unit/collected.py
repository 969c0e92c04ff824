"""Rows that a transaction only adds: kept until just before the commit, then written with one
insert per table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from shared.infra.database.base import Row
from shared.infra.database.batch import Batch, SqlStatement
from shared.infra.database.newcomers import Newcomers, insert_new


class Pending(Protocol):
    """What one kind of rows is kept in until it is written."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that `write` adds to."""

    def asks(self) -> Newcomers | None:
        """What is inserted first, since the rest depends on what of it is new; None for nothing."""

    def learn(self, new: Mapping[str, int]) -> None:
        """Take the ids of what was new, by its unique column."""

    def write(self, batch: Batch) -> None:
        """Add everything that is kept to a batch."""


K = TypeVar("K", bound=Pending)


class Collected:
    """Everything that one transaction has collected, kind by kind as the kinds came."""

    def __init__(self) -> None:
        self._kept: dict[Any, Pending] = {}
        self.written: set[str] = set()  # the tables of what is kept no more

    def rows(
        self,
        model: type[Row],
        *,
        once: bool,
    ) -> list[Row]:
        """Return the list that plain rows of a table go to; with `once` a row whose unique column
        is taken is left out.
        """
        key = (model, once)
        if key not in self._kept:
            self._kept[key] = PlainRows(model, once=once)
        kept = self._kept[key]
        assert isinstance(kept, PlainRows)
        return kept.rows

    def of(self, kind: type[K]) -> K:
        """Return what keeps rows of a `kind` that have a way of their own to be written."""
        kept = self._kept.setdefault(kind, kind())
        assert isinstance(kept, kind)
        return kept

    def tables(self) -> set[str]:
        """Name the tables that have rows here."""
        return {table for kept in self._kept.values() for table in kept.tables}

    async def look(self, write_new: Callable[[], Awaitable[None]]) -> None:
        """Let every kind learn what it must know; what is collected meanwhile, too.

        `write_new` inserts the new rows that what is asked may name.
        """
        while asking := self._asking():
            await write_new()
            answers = await insert_new([asked for _, asked in asking])
            for (kept, _), new in zip(asking, answers, strict=True):
                kept.learn(new)

    def _asking(self) -> list[tuple[Pending, Newcomers]]:
        asking = []
        for kept in self._kept.values():
            asked = kept.asks()
            if asked is not None and asked.rows:
                asking.append((kept, asked))
        return asking

    def write(self, batch: Batch) -> None:
        """Add what was collected to a batch, and forget it.

        Statements by hand come first: one may give a key up that a new row takes.
        """
        self.written |= self.tables()
        kept, self._kept = self._kept, {}
        by_hand = kept.pop(LateStatements, None)
        for one in (by_hand, *kept.values()):
            if one is not None:
                one.write(batch)

    def forget(self) -> None:
        """Drop what was collected: it belonged to something that is undone."""
        self._kept.clear()


class LateStatements:
    """Statements by hand that may wait for the rest."""

    tables: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._statements: list[SqlStatement] = []

    def add(self, statement: SqlStatement) -> None:
        """Keep one more."""
        self._statements.append(statement)

    def asks(self) -> Newcomers | None:
        """Nothing must be known."""
        return None

    def learn(self, new: Mapping[str, int]) -> None:
        """Nothing was asked."""

    def write(self, batch: Batch) -> None:
        """Add them all."""
        for each in self._statements:
            batch.put(each)


class PlainRows:
    """Rows of one table that need nothing but an insert."""

    def __init__(
        self,
        model: type[Row],
        *,
        once: bool,
    ) -> None:
        self.rows: list[Row] = []
        self._model = model
        self._once = once

    @property
    def tables(self) -> tuple[str, ...]:
        return (self._model._meta.db_table,)

    def asks(self) -> Newcomers | None:
        """Nothing must be known."""
        return None

    def learn(self, new: Mapping[str, int]) -> None:
        """Nothing was asked."""

    def write(self, batch: Batch) -> None:
        """Insert them all."""
        batch.insert(self.rows, once=self._once)
