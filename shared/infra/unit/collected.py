"""Rows that a transaction only adds: kept until just before the commit, then written with one
insert per table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from shared.infra.database.base import Row
from shared.infra.database.batch import Batch, Record, SqlStatement
from shared.infra.database.dialect import dialect
from shared.infra.database.newcomers import Newcomers, insert_new
from shared.infra.database.together import Together
from shared.infra.unit.held_rows import HeldRows

# More that others name are inserted before the rest.
MOST_NEW = 20


class Pending(Protocol):
    """What one kind of rows is kept in until it is written."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that `write` adds to."""

    def asks(self) -> Newcomers | None:
        """What is inserted unless it is there, with what follows it; None for nothing."""

    def learn(self, new: Mapping[str, int]) -> None:
        """Take the ids of what was new, by its unique column."""

    def write(self, batch: Batch) -> None:
        """Add everything that is kept to a batch."""


K = TypeVar("K", bound=Pending)
Asking: TypeAlias = Sequence[tuple[Pending, Newcomers]]


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

    async def look(
        self,
        held: HeldRows,
    ) -> list[Row]:
        """Let every kind learn what of it is new, and return what follows that.

        The new rows that are `held` are inserted before, since what is asked may name them.
        """
        return await self._look(self._asking(), held)

    async def _look(
        self,
        asking: Asking,
        held: HeldRows,
    ) -> list[Row]:
        if not asking:
            return []
        await held.write_new()
        answers = await insert_new([asked for _, asked in asking])
        found = _learned(asking, answers)
        self._add(found)
        return found

    def _add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.rows(type(row), once=False).append(row)

    def _asking(self) -> Asking:
        asking = []
        for kept in self._kept.values():
            asked = kept.asks()
            if asked is not None and asked.rows:
                asking.append((kept, asked))
        return asking

    async def begin(
        self,
        batch: Batch,
        held: HeldRows,
    ) -> NewOnes:
        """Add what is asked to a batch, with what follows it; where that cannot be done, or is a
        lot, look first.
        """
        asking = self._asking()
        if not asking:
            return NewOnes()
        together = self._together(asking)
        if together is None or held.new > MOST_NEW:
            told = await self._look(asking, held)
            return NewOnes(told=told)
        self.written |= self.tables()
        for model in together.models:
            self._kept.pop((model, False), None)
        together.write(batch)
        return NewOnes(asking, together)

    def _together(
        self,
        asking: Asking,
    ) -> Together | None:
        """Join what is asked to what follows it and to what else is added to those tables; None for
        more than one statement takes.
        """
        if dialect() != "postgres":
            return None
        together = Together([asked for _, asked in asking])
        if together.asked > MOST_NEW:
            return None
        for model in together.models:
            plain = self._kept.get((model, False))
            together.add(model, plain.rows if isinstance(plain, PlainRows) else ())
        return together if together.fits else None

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


class NewOnes:
    """What a batch says of what is new, or what was known before."""

    def __init__(
        self,
        asking: Asking = (),
        together: Together | None = None,
        *,
        told: Sequence[Row] = (),
    ) -> None:
        self._asking = asking
        self._together = together
        self._told = told

    def learn(
        self,
        records: Sequence[Record],
    ) -> Sequence[Row]:
        """Let every kind learn what of it was new, and return what followed that."""
        if self._together is None:
            return self._told
        found = self._together.found(records)
        return _learned(self._asking, found)


def _learned(
    asking: Asking,
    answers: Sequence[Mapping[str, int]],
) -> list[Row]:
    found = []
    for (kept, asked), new in zip(asking, answers, strict=True):
        kept.learn(new)
        found += asked.followers(new)
    return found


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
