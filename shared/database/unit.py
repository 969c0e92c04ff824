"""The unit of work: one transaction, with what is to happen after it commits.

`transaction()` is the only way this project opens one. The gateway refuses to run inside (`is_open()`), so no HTTP call
ever holds a lock. On SQLite it takes the write lock first, so that two processes queue instead of failing with
"database is locked" (shared/database/sqlite.py).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TypeVar

from tortoise.connection import get_connection
from tortoise.models import Model
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

M = TypeVar("M", bound=Model)

_after: ContextVar[list[Callable[[], None]] | None] = ContextVar("markethall_unit", default=None)


def is_open() -> bool:
    """Whether the calling task is inside a transaction."""
    return _after.get() is not None


def dialect() -> str:
    """`sqlite` or `postgres`."""
    return str(get_connection("default").capabilities.dialect)


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Run the block in one transaction; nested calls join the outer one as a savepoint. Then run what `after_commit` collected."""
    if is_open():
        async with in_transaction():
            yield
        return
    callbacks: list[Callable[[], None]] = []
    marker = _after.set(callbacks)
    try:
        async with in_transaction():
            yield
    finally:
        _after.reset(marker)
    for callback in callbacks:
        callback()


def after_commit(callback: Callable[[], None]) -> None:
    """Call `callback` once the open transaction has committed; at once when none is open; never when it rolls back."""
    callbacks = _after.get()
    if callbacks is None:
        callback()
    else:
        callbacks.append(callback)


async def locked(query: QuerySet[M]) -> M | None:
    """The one row of `query`, locked until the transaction ends (PostgreSQL). SQLite already holds the write lock."""
    if not is_open():
        raise RuntimeError("a lock needs an open transaction")
    if dialect() == "postgres":
        query = query.select_for_update()
    return await query.first()
