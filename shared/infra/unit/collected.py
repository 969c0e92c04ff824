"""Rows that a transaction only adds: kept until just before the commit, then written with one
insert per table.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from shared.infra.database.base import Row


class Pending(Protocol):
    """What one kind of rows is kept in until it is written."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that `write` adds to."""

    async def write(self) -> None:
        """Write everything that is kept."""


K = TypeVar("K", bound=Pending)


class Collected:
    """Everything that one transaction has collected, kind by kind as the kinds came."""

    def __init__(self) -> None:
        self._kept: dict[Any, Pending] = {}

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

    async def write(self) -> None:
        """Write what was collected, and forget it; what is collected meanwhile, too."""
        while self._kept:
            kept, self._kept = self._kept, {}
            for one in kept.values():
                await one.write()

    def forget(self) -> None:
        """Drop what was collected: it belonged to something that is undone."""
        self._kept.clear()


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

    async def write(self) -> None:
        """Insert them all."""
        await self._model.bulk_create(self.rows, ignore_conflicts=self._once)
