"""Tortoise's PostgreSQL client with what it lacks in an outage: waits that end, and connections
that always go back.

Tortoise waits for a free connection for ever, and keeps one that fails at BEGIN: after an outage
its pool is empty for good.

asyncpg asks the server to forget the session's state whenever a connection goes back, a round trip
after each reading. Ours have none: no statement outside of a transaction sets anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeVar

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import (
    IntegrityError,
    OperationalError,
    TransactionManagementError,
)

from shared.infra.database.announced import TellsStatements, must_be_outside
from shared.infra.database.asked import AskedBySending, Senders, raise_meant
from shared.infra.database.held_connection import Held, held_connection, let_go
from shared.infra.database.postgres_pool import give, take
from shared.infra.database.postgres_statements import (
    How,
    counted,
    inserted,
    named,
    scripted,
    sent_for_each,
)
from shared.infra.database.trouble import told
from shared.infra.database.written import reads_only, written

T = TypeVar("T")


class _Stateless(AsyncpgDBClient.connection_class):  # type: ignore[misc]
    """A connection that is as it was when it goes back to the pool, which ends what is open."""

    def get_reset_query(self) -> str:
        """Nothing."""
        return ""


def _said_of(error: Exception) -> Exception:
    """What Tortoise makes of an error."""
    if isinstance(error, (asyncpg.SyntaxOrAccessError, asyncpg.DataError)):
        return OperationalError(error)
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return IntegrityError(error)
    if isinstance(error, asyncpg.InvalidTransactionStateError):
        return TransactionManagementError(error)
    return error


class _PostgresAsked(AskedBySending, AsyncpgDBClient):
    """Its statements, sent in our own ways."""

    senders = Senders(counted, named, inserted)

    def execute_many(self, query: str, values: list[Any]) -> Any:
        return self.send(sent_for_each, query, values)

    def execute_script(self, query: str) -> Any:
        return self.send(scripted, query)


class Postgres(_PostgresAsked):
    """A pool of connections."""

    connection_class = _Stateless

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        """One connection of the pool, for one statement."""
        must_be_outside()
        held = held_connection()
        if held is None:
            return _Taken(self, self._pool_init_lock)
        return _Lent(self, self._pool_init_lock, held)

    def _in_transaction(self) -> TransactionContext:
        return _PostgresTransaction(_PostgresWrapper(self), self._pool_init_lock)

    async def send(
        self,
        how: How[T],
        query: str,
        values: Sequence[Any] | None = None,
    ) -> T:
        self.log.debug("%s: %s", query, values)
        try:
            async with self.acquire_connection() as connection:
                return await how(query, values or (), connection)
        except Exception as error:
            raise_meant(error, _said_of(error))
        finally:
            if how is scripted or not reads_only(query):
                written.note()


class _Taken(PoolConnectionWrapper[Any]):
    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        self.connection = await take(self.client._pool)
        return self.connection

    async def __aexit__(
        self,
        exc_type: Any,
        exc_val: Any,
        exc_tb: Any,
    ) -> None:
        pool = self.client._pool
        await give(pool, self.connection, well=exc_type is None)


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
        self.connection = await self._held.take(self.client, take)
        return self.connection

    async def __aexit__(
        self,
        exc_type: Any,
        exc_val: Any,
        exc_tb: Any,
    ) -> None:
        await self._held.done(failed=exc_type is not None)


class PostgresInside(_PostgresAsked, TransactionWrapper):
    """A transaction that takes its connection, and begins, with its first statement.

    One that is nothing but its last statement needs neither BEGIN nor COMMIT: PostgreSQL keeps all
    of a statement or nothing, and asks deferred triggers at its end.
    """

    is_last: bool  # the statement that is sent next is the last one
    is_alone = False  # it was the first one as well
    is_over = False
    has_failed: bool

    async def send(
        self,
        how: How[T],
        query: str,
        values: Sequence[Any] | None = None,
    ) -> T:
        self.log.debug("%s: %s", query, values)
        await self._lock.acquire()
        try:
            connection = await self.begun()
            return await how(query, values or (), connection)
        except Exception as error:
            raise_meant(error, _said_of(error))
        finally:
            self._lock.release()

    async def begun(self) -> Any:
        """The connection, in the transaction."""
        if self.is_alone or self.is_over:
            raise TransactionManagementError("a statement after the last one")
        if self._connection is None:
            if self.has_failed:
                raise TransactionManagementError("it could not begin")
            with told():
                await self._begin()
        return self._connection

    async def _begin(self) -> None:
        around: Any = self._parent
        await let_go()  # who holds one and waits for another may wait for ever
        taken = _Taken(around, around._pool_init_lock)
        self._connection = await taken.__aenter__()
        if self.is_last:
            self.is_alone = True
            return
        try:
            await self.begin()
        except BaseException:
            self.transaction = None
            await self.give_back(well=False)
            raise

    async def savepoint(self) -> None:
        around: Any = self._parent
        self._connection = await around.begun()
        await super().savepoint()

    async def commit(self) -> None:
        if self.transaction is not None:
            await super().commit()

    async def rollback(self) -> None:
        if self.transaction is not None:
            await super().rollback()

    async def give_back(self, *, well: bool) -> None:
        """Give the connection back to the pool."""
        connection, self._connection = self._connection, None
        pool = self._parent._pool
        if pool and connection is not None:
            with suppress(Exception):
                await give(pool, connection, well=well)


class _PostgresWrapper(TellsStatements, PostgresInside):
    """The same, with its statements told."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_PostgresWrapper(self))


class _PostgresTransaction(TransactionContextPooled):
    """A transaction whose connection goes back to the pool however it fails."""

    client: _PostgresWrapper

    async def __aenter__(self) -> TransactionalDBClient:
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(
        self,
        exc_type: Any,
        exc_val: Any,
        exc_tb: Any,
    ) -> None:
        client, well = self.client, False
        try:
            if client._finalized:
                return
            if exc_type is None:
                with told():
                    await client.commit()
                well = True
            else:
                with suppress(Exception):  # what went wrong first is what is told
                    await client.rollback()
        finally:
            if exc_type is None or client.is_alone:
                written.note()
            client.is_over = True
            get_connections().reset(self.token)
            await client.give_back(well=well)


client_class = Postgres  # where Tortoise looks for it
