"""One connection of the pool for all that a request reads, where it would else take and give one
back for each statement.

It is given back before anything is waited for that is not the database: a transaction has a
connection of its own, and Stripe may take long. So nobody keeps one while waiting for another.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from shared.infra.database.postgres_pool import give


class Held:
    """The connection of one request: none before its first reading, nor after its end."""

    def __init__(self) -> None:
        self.is_over = False
        self._turn = asyncio.Lock()
        self._pool: Any = None
        self._connection: Any = None

    async def take(
        self,
        client: Any,
        acquire: Any,
    ) -> Any:
        """The connection for one statement, after those that were asked for before it."""
        await self._turn.acquire()
        try:
            if self._connection is not None and self._connection.is_closed():
                await self._give_back(well=False)
            if self._connection is None:
                self._connection = await acquire(client._pool)
                self._pool = client._pool
        except BaseException:
            self._turn.release()
            raise
        return self._connection

    async def done(
        self,
        *,
        failed: bool,
    ) -> None:
        """The statement is over; after a failure the pool looks the connection over."""
        try:
            if failed or self.is_over:
                await self._give_back(well=not failed)
        finally:
            self._turn.release()

    async def let_go(self) -> None:
        """Give the connection back, unless a statement is under way; then `done` does."""
        if not self._turn.locked():
            await self._give_back(well=True)

    async def _give_back(self, *, well: bool) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await give(self._pool, connection, well=well)


_held: ContextVar[Held | None] = ContextVar("markethall_held", default=None)


def held_connection() -> Held | None:
    """What holds the connection of this request, as long as it goes on."""
    found = _held.get()
    return None if found is None or found.is_over else found


@asynccontextmanager
async def one_connection() -> AsyncIterator[None]:
    """Read with one connection inside the block."""
    held = Held()
    marker = _held.set(held)
    try:
        yield
    finally:
        _held.reset(marker)
        held.is_over = True
        await held.let_go()


async def let_go() -> None:
    """Give the connection of this request back, before something else is waited for."""
    if (held := held_connection()) is not None:
        await held.let_go()
