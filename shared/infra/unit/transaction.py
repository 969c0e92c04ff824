"""A transaction as an object: it locks in order, moves rows from state to state, and keeps what
happened (its recorder).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Expression
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from shared.core import clock
from shared.core.errors import MarketError, NotFound
from shared.core.locales import gettext as _
from shared.infra.activity import cause
from shared.infra.activity.changes import difference, held
from shared.infra.database.base import Row
from shared.infra.database.batch import Batch, insert_row
from shared.infra.database.quick_rows import quick
from shared.infra.database.raw_sql import locked_row, locking
from shared.infra.unit.acts import Act
from shared.infra.unit.collected import Pending
from shared.infra.unit.errors import LateRefusal
from shared.infra.unit.events import Emitted, Event
from shared.infra.unit.held_rows import HeldRows, changed_if
from shared.infra.unit.locks import HeldLocks, rank_of
from shared.infra.unit.recorder import Recorder

M = TypeVar("M", bound=Row)
K = TypeVar("K", bound=Pending)


class Transaction(Recorder):
    """One open transaction. Only `transaction()` makes one; it is of no use after its block."""

    def __init__(self) -> None:
        super().__init__()
        self._locks = HeldLocks()
        self._held = HeldRows()
        # Writes what a statement that is about to be sent must find.
        self.before_statement = self._held.before
        self._callbacks: list[Callable[[], None]] = []
        self._emitted = Emitted()

    async def lock(
        self,
        model: type[M],
        *,
        missing: type[MarketError] | None = None,
        **where: Any,
    ) -> M:
        """Return the one row that `where` names, locked until the transaction ends.

        Raises `missing`, or NotFound with the table's own sentence, when there is none; OutOfOrder
        when a table of higher rank was locked before.
        """
        rank_of(model)
        row = await locked_row(model, where)
        if row is None:
            raise missing() if missing is not None else NotFound(_(model.not_found))
        self._took(row)
        return row

    async def lock_or_create(
        self,
        model: type[M],
        values: Mapping[str, Any] | None = None,
        **where: Any,
    ) -> M:
        """Return the one row that `where` names, locked; made now when there is none yet.

        Two that make it at once: one makes the row, the other finds it. Raises IntegrityError where
        `values` are what the database refuses.
        """
        row = await self.lock_first(model.filter(**where))
        if row is not None:
            return row
        try:
            async with self.savepoint():
                await model.create(**where, **(values or {}))
        except IntegrityError:
            row = await self.lock_first(model.filter(**where))
            if row is None:
                raise
            return row
        return await self.lock(model, **where)

    async def lock_first(self, query: QuerySet[M]) -> M | None:
        """Return the first row of `query`, locked, or None. For what may well not be there."""
        rank_of(query.model)
        row = await locking(query).first()
        if row is not None:
            self._took(row)
        return row

    async def lock_all(self, query: QuerySet[M]) -> list[M]:
        """Return every row of `query`, locked by ascending id."""
        rank_of(query.model)
        rows = await locking(query.order_by("id"))
        for row in rows:
            self._took(row)
        return rows

    def took(self, *rows: Row) -> None:
        """Note rows that a statement by hand has read and locked, in the order of locks.

        Raises OutOfOrder as `lock`.
        """
        for row in rows:
            self._took(row)

    def _took(self, row: Row) -> None:
        self._locks.take(row)
        self._held.keep(row)

    def held(self, model: type[M], row_id: int) -> M | None:
        """Return the row of this id as this transaction holds it locked; None when it does not, or
        a statement may have changed it since.
        """
        return self._held.find(model, row_id)

    def made(self, row: Row) -> None:
        """Note a row that a statement by hand has inserted in this transaction."""
        self._held.keep(row)

    async def move(
        self,
        row: Row,
        *,
        to: str,
        state: str = "status",
        act: Act | None = None,
        where: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> bool:
        """Let `row` go from the state that it is known in to `to`, set `values` with it, and write
        `act` down.

        `state` is the column, `where` what else must hold, or what must hold instead of the state.
        False when the row is not so any more: nothing is done then. When it is, `row` itself has
        the new values; where one is an expression (`F`), the old value.
        """
        known = getattr(row, state)
        changes = {state: to, **values}
        return await self._update(
            row,
            {state: known, **(where or {})},
            changes,
            act,
        )

    async def move_all(
        self,
        query: QuerySet[M],
        *,
        to: str,
        state: str = "status",
        **values: Any,
    ) -> int:
        """Let every row of `query`, which names the states to go from, go to `to`; how many that
        were.
        """
        return int(
            await query.update(
                **{state: to},
                **values,
                updated_at=clock.now(),
            )
        )

    async def change(
        self,
        row: Row,
        *,
        where: Mapping[str, Any] | None = None,
        act: Act | None = None,
        **values: Any,
    ) -> bool:
        """Set `values` of a row whose state stays. False when `where` does not hold any more."""
        return await self._update(row, where or {}, values, act)

    async def create(
        self,
        model: type[M],
        *,
        act: Act | None = None,
        known_id: int | None = None,
        **values: Any,
    ) -> M:
        """Make a row; one whose id is known (`database/known_ids.py`) is inserted with the rest."""
        row = await self.insert(model(**values), known_id=known_id)
        self._happened(row, act, held(_watched(row)), kind="made")
        if act is not None:
            self._audit(act, row)
        return row

    async def insert(
        self,
        row: M,
        *,
        known_id: int | None = None,
    ) -> M:
        """Insert a row that nothing is told of, as `create` does."""
        if known_id is None:
            await insert_row(row)
            self._held.keep(row)
        else:
            row.id = known_id
            row._saved_in_db = True  # for rows that name it
            self._held.add(row)
        return row

    @asynccontextmanager
    async def editing(
        self,
        row: Row,
        *columns: str,
    ) -> AsyncIterator[None]:
        """Save what the block sets of `row`, which is locked, and note what is different.

        With `columns` only those are saved.
        """
        before = _watched(row)
        yield
        await row.save(update_fields=columns or None)
        self._happened(row, None, difference(before, _watched(row)))

    async def _update(
        self,
        row: Row,
        where: Mapping[str, Any],
        values: Mapping[str, Any],
        act: Act | None,
    ) -> bool:
        before = _watched(row)
        changes = {**values, "updated_at": clock.now()}
        changed = self._held.change(row, where, changes)
        if changed is None:
            changed = await changed_if(row, where, changes)
        if not changed:
            return False
        plain = {
            name: value
            for name, value in changes.items()
            if not isinstance(value, Expression)
        }
        quick(type(row)).change(row, plain)
        self._happened(row, act, difference(before, _watched(row)))
        if act is not None:
            self._audit(act, row)
        return True

    def emit(self, event: Event) -> None:
        """Let those who subscribe to such an event do their part in this transaction, before it
        commits.
        """
        self._emitted.add(event)

    async def follow(self) -> None:
        """Let those who follow what was emitted do their part now."""
        await self._emitted.handle(self)

    async def settle(self) -> None:
        """Let those who follow what was emitted do their part now, and learn what of all this is
        new: `activity` is whole then.
        """
        await self.follow()
        self._tell(await self._collected.look(self._held))

    async def flush(self, *, is_last: bool = False) -> None:
        """Write what was collected, for who is about to read it or, `is_last`, to commit."""
        await self.follow()
        batch = Batch()
        begun = await self._collected.begin(batch, self._held)
        self._held.write(batch)
        self._collected.write(batch)
        self._tell(begun.learn(await batch.send(is_last=is_last)))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Run the block so that an error inside undoes the block alone, and the transaction goes
        on.

        Raises LateRefusal when the database refuses what was changed before the block.
        """
        try:
            await self.flush()
        except IntegrityError as refused:
            raise LateRefusal(str(refused)) from refused
        callbacks, activity = len(self._callbacks), len(self.activity)
        try:
            async with in_transaction():
                yield
                await self.flush()
        except BaseException:
            self._collected.forget()
            self._emitted.forget()
            self._held.forget()
            del self._callbacks[callbacks:], self.activity[activity:]
            raise

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` once this has committed; never when it rolls back."""
        self._callbacks.append(callback)

    def committed(self) -> None:
        """Do what was to be done after the commit."""
        cause.committed(self.activity)
        for callback in self._callbacks:
            callback()


def _watched(row: Row) -> dict[str, Any]:
    """The columns of a row whose changes are activity, as they are now."""
    return {name: getattr(row, name) for name in row.activity_columns or ()}
