"""Tortoise's PostgreSQL client with what it lacks in an outage: waits that end, and connections
that always go back.

Tortoise waits for a free connection for ever, and keeps one that fails at BEGIN: after an outage
its pool is empty for good.

asyncpg asks the server to forget the session's state whenever a connection goes back, a round trip
after each reading. Ours have none: no statement outside of a transaction sets anything.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

from shared.infra.database.announced import TellsStatements
from shared.infra.database.held_connection import Held, held_connection, let_go
from shared.infra.database.trouble import (
    DatabaseTrouble,
    TellsTrouble,
    TroubleKind,
    told,
)
from shared.infra.database.written import reads_only, written

POOL_SECONDS = 10.0


class _Stateless(AsyncpgDBClient.connection_class):  # type: ignore[misc]
    """A connection that is as it was when it goes back to the pool, which ends what is open."""

    def get_reset_query(self) -> str:
        """Nothing."""
        return ""


class Postgres(TellsTrouble, AsyncpgDBClient):
    """A pool of connections."""

    connection_class = _Stateless

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        """One connection of the pool, for one statement."""
        held = held_connection()
        if held is None:
            return _Taken(self, self._pool_init_lock)
        return _Lent(self, self._pool_init_lock, held)

    def _in_transaction(self) -> TransactionContext:
        return _PostgresTransaction(_PostgresWrapper(self), self._pool_init_lock)

    async def execute_insert(
        self,
        query: str,
        values: list[Any],
    ) -> Any:
        try:
            return await super().execute_insert(query, values)
        finally:
            written.note()

    async def execute_query(
        self,
        query: str,
        values: list[Any] | None = None,
    ) -> Any:
        try:
            return await super().execute_query(query, values)
        finally:
            _note(query)

    async def execute_query_dict(
        self, query: str, values: list[Any] | None = None
    ) -> Any:
        try:
            return await super().execute_query_dict(query, values)
        finally:
            _note(query)

    async def execute_script(
        self,
        query: str,
    ) -> None:
        try:
            await super().execute_script(query)
        finally:
            written.note()


def _note(query: str) -> None:
    if not reads_only(query):
        written.note()


async def _take(pool: Any) -> Any:
    try:
        return await pool.acquire(timeout=POOL_SECONDS)
    except TimeoutError:
        detail = f"no free connection within {POOL_SECONDS:g} s"
        raise DatabaseTrouble(TroubleKind.BUSY, detail) from None


class _Taken(PoolConnectionWrapper[Any]):
    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        self.connection = await _take(self.client._pool)
        return self.connection


class _Lent(PoolConnectionWrapper[Any]):
    """The connection that this request holds."""

    def __init__(
        self,
        client: Any,
        pool_init_lock: asyncio.Lock,
        held: Held,
    ) -> None:
        super().__init__(client, pool_init_lock)
        self._held = held

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        self.connection = await self._held.take(self.client, _take)
        return self.connection

    async def __aexit__(
        self,
        exc_type: Any,
        exc_val: Any,
        exc_tb: Any,
    ) -> None:
        await self._held.done(failed=exc_type is not None)


class _PostgresWrapper(TellsStatements, TellsTrouble, TransactionWrapper):
    """A connection inside a transaction."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_PostgresWrapper(self))


class _PostgresTransaction(TransactionContextPooled):
    """A transaction whose connection goes back to the pool however it fails."""

    client: _PostgresWrapper

    async def __aenter__(self) -> TransactionalDBClient:
        with told():
            await self.ensure_connection()
            await let_go()  # who holds one and waits for another may wait for ever
            self.client._connection = await _take(self.client._parent._pool)
            try:
                await self.client.begin()
            except BaseException:
                await self._give_back()
                raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(
        self,
        exc_type: Any,
        exc_val: Any,
        exc_tb: Any,
    ) -> None:
        try:
            if self.client._finalized:
                return
            if exc_type is None:
                try:
                    with told():
                        await self.client.commit()
                finally:
                    written.note()
            else:
                with suppress(Exception):  # what went wrong first is what is told
                    await self.client.rollback()
        finally:
            get_connections().reset(self.token)
            await self._give_back()

    async def _give_back(self) -> None:
        """To the pool, which looks whether it still lives and ends what is open on it."""
        pool = self.client._parent._pool
        if pool:
            with suppress(Exception):
                await asyncio.shield(pool.release(self.client._connection))


client_class = Postgres  # where Tortoise looks for it
