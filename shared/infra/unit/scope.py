"""Where a transaction begins and ends, and which one the calling task has open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from tortoise.transactions import in_transaction

from shared.infra.database import announced
from shared.infra.unit.errors import AlreadyOpen
from shared.infra.unit.rehearsal import Rehearsed, RolledBack, is_rehearsal
from shared.infra.unit.transaction import Transaction

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
    "database is locked" (shared/infra/database/sqlite.py). On PostgreSQL it begins with its first
    statement, and one that is a single statement needs no BEGIN (database/postgres.py).
    """
    if is_open():
        raise AlreadyOpen(
            "a transaction is open already: take `tx`, or use `tx.savepoint()`"
        )
    tx = Transaction()
    marker = _current.set(tx)
    try:
        async with in_transaction() as client:
            with announced.telling(client, tx.before_statement):
                yield tx
                await tx.flush(is_last=not is_rehearsal())
            if is_rehearsal():
                raise RolledBack
    except RolledBack:
        if tx.activity:
            raise Rehearsed(tx.activity) from None
        return
    finally:
        _current.reset(marker)
    tx.committed()
