"""A transaction as an object: it locks in order, moves rows from state to state, and keeps what
happened (its recorder).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
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
from shared.infra.database.dialect import dialect
from shared.infra.unit.acts import Act
from shared.infra.unit.collected import Pending
from shared.infra.unit.errors import AlreadyOpen
from shared.infra.unit.events import Emitted, Event
from shared.infra.unit.locks import HeldLocks, rank_of
from shared.infra.unit.recorder import Recorder
from shared.infra.unit.rehearsal import Rehearsed, RolledBack, is_rehearsal

M = TypeVar("M", bound=Row)
K = TypeVar("K", bound=Pending)


class Transaction(Recorder):
    """One open transaction. Only `transaction()` makes one; it is of no use after its block."""

    def __init__(self) -> None:
        super().__init__()
        self._locks = HeldLocks()
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
        row = await self.lock_first(model.filter(**where))
        if row is None:
            raise missing() if missing is not None else NotFound(_(model.not_found))
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
        row = await _for_update(query).first()
        if row is not None:
            self._locks.take(row)
        return row

    async def lock_all(self, query: QuerySet[M]) -> list[M]:
        """Return every row of `query`, locked by ascending id."""
        rank_of(query.model)
        rows = await _for_update(query.order_by("id"))
        for row in rows:
            self._locks.take(row)
        return rows

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
        **values: Any,
    ) -> M:
        """Make a row."""
        row = await model.create(**values)
        self._happened(row, act, held(_watched(row)), kind="made")
        if act is not None:
            self._audit(act, row)
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
        now, before = clock.now(), _watched(row)
        guarded = type(row).filter(id=row.id, **where)
        changed = await guarded.update(**values, updated_at=now)
        if not changed:
            return False
        plain = {
            name: value
            for name, value in values.items()
            if not isinstance(value, Expression)
        }
        row.update_from_dict({**plain, "updated_at": now})
        self._happened(row, act, difference(before, _watched(row)))
        if act is not None:
            self._audit(act, row)
        return True

    def emit(self, event: Event) -> None:
        """Let those who subscribe to such an event do their part in this transaction, before it
        commits.
        """
        self._emitted.add(event)

    async def flush(self) -> None:
        """Write what was collected now, for somebody who is about to read it."""
        await self._emitted.handle(self)
        await self._collected.write()

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Run the block so that an error inside undoes the block alone, and the transaction goes
        on.
        """
        await self.flush()
        callbacks, activity = len(self._callbacks), len(self.activity)
        try:
            async with in_transaction():
                yield
                await self.flush()
        except BaseException:
            self._collected.forget()
            self._emitted.forget()
            del self._callbacks[callbacks:], self.activity[activity:]
            raise

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` once this has committed; never when it rolls back."""
        self._callbacks.append(callback)

    def _committed(self) -> None:
        cause.committed(self.activity)
        for callback in self._callbacks:
            callback()


_current: ContextVar[Transaction | None] = ContextVar(
    "markethall_transaction", default=None
)


def current() -> Transaction | None:
    """Return the transaction that the calling task has open."""
    return _current.get()


def is_open() -> bool:
    """Tell whether the calling task is inside a transaction."""
    return _current.get() is not None


async def flush() -> None:
    """Write what the open transaction has collected, if one is open: for readers that must see
    it.
    """
    tx = _current.get()
    if tx is not None:
        await tx.flush()


@asynccontextmanager
async def transaction() -> AsyncIterator[Transaction]:
    """Run the block in one transaction. Raises AlreadyOpen inside another one.

    In a rehearsal it is rolled back at its end (shared/infra/unit/rehearsal.py).

    On SQLite it takes the write lock first, so that two processes queue instead of failing with
    "database is locked" (shared/infra/database/sqlite.py).
    """
    if is_open():
        raise AlreadyOpen(
            "a transaction is open already: take `tx`, or use `tx.savepoint()`"
        )
    tx = Transaction()
    marker = _current.set(tx)
    try:
        async with in_transaction():
            yield tx
            await tx.flush()
            if is_rehearsal():
                raise RolledBack
    except RolledBack:
        if tx.activity:
            raise Rehearsed(tx.activity) from None
        return
    finally:
        _current.reset(marker)
    tx._committed()


def _watched(row: Row) -> dict[str, Any]:
    """The columns of a row whose changes are activity, as they are now."""
    return {name: getattr(row, name) for name in row.activity_columns or ()}


def _for_update(query: QuerySet[M]) -> QuerySet[M]:
    """SQLite has no row locks and needs none: the transaction holds the write lock."""
    return query.select_for_update() if dialect() == "postgres" else query
