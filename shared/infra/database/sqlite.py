"""Tortoise's SQLite client with a second connection for reads, and waits for the write lock that
end.

Tortoise has one connection: whoever waits for another process's write lock on it keeps every reader
waiting. Here what reads outside a transaction goes to a connection of its own, which SQLite's
write-ahead log never keeps waiting, and which sees all that is committed. Two faults of Tortoise
are mended on the way: a transaction that cannot begin keeps the lock for ever, and one whose COMMIT
fails stays open, so that the next one would commit it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
)
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.connection import get_connections

from shared.infra.database.announced import TellsStatements
from shared.infra.database.trouble import (
    DatabaseTrouble,
    TellsTrouble,
    TroubleKind,
    told,
)
from shared.infra.database.written import reads_only, written

T = TypeVar("T")
# How long a write waits for other writers, of this process and of others, all together.
LOCK_SECONDS = 10.0
# How long SQLite itself waits at a time; it blocks the connection's thread meanwhile.
_ROUND_MS = 250


class _Queued(ConnectionWrapper[Any]):
    """The connection for one statement, or a sentence when others hold it for too long.

    Never keeps its lock on a failure.
    """

    async def __aenter__(self) -> Any:
        await _turn(self._lock)
        try:
            await self.ensure_connection()
        except BaseException:
            self._lock.release()
            raise
        return self.connection


async def _turn(lock: asyncio.Lock) -> None:
    try:
        async with asyncio.timeout(LOCK_SECONDS):
            await lock.acquire()
    except TimeoutError:
        raise _busy() from None


def _busy() -> DatabaseTrouble:
    return DatabaseTrouble(
        TroubleKind.BUSY, f"the write lock was not free within {LOCK_SECONDS:g} s"
    )


async def _patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Do `work`, again while another process holds the write lock, LOCK_SECONDS at most.

    It must do nothing where it fails.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + LOCK_SECONDS
    while True:
        try:
            with told():
                return await work()
        except DatabaseTrouble as trouble:
            if trouble.kind is not TroubleKind.BUSY:
                raise
            if loop.time() >= until:
                raise _busy() from trouble
        await asyncio.sleep(0.01)


def _run(
    connection: sqlite3.Connection,
    query: str,
    values: list[Any] | None,
) -> tuple[int, list[Any]]:
    cursor = connection.execute(query, values or [])
    rows = cursor.fetchall()
    return max(cursor.rowcount, 0) or len(rows), rows


class _CountsItsOwn:
    """Says how many rows a statement changed itself: Tortoise counts what its triggers changed,
    too, and a guarded update would seem to have met other rows than it named.
    """

    @translate_exceptions
    async def execute_query(
        self,
        query: str,
        values: list[Any] | None = None,
    ) -> tuple[int, list[Any]]:
        client: Any = self
        query = query.replace("\x00", "'||CHAR(0)||'")
        async with client.acquire_connection() as connection:
            client.log.debug("%s: %s", query, values)
            found = await connection._execute(_run, connection._conn, query, values)
        return cast("tuple[int, list[Any]]", found)


class _Connected(_CountsItsOwn, SqliteClient):
    """One connection, which is there with all its settings or not at all."""

    async def create_connection(self, with_db: bool) -> None:
        try:
            await super().create_connection(with_db)
        except BaseException:
            await self.close()
            raise


class _Reader(TellsTrouble, _Connected):
    """A connection that only reads."""

    async def create_connection(self, with_db: bool) -> None:
        await super().create_connection(with_db)
        if self._connection is not None:
            await self._connection.execute("PRAGMA query_only = ON")

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return _Queued(self._lock, self)


class Sqlite(_Connected):
    """One connection that writes, and one that reads."""

    def __init__(self, file_path: str, **kwargs: Any) -> None:
        pragmas = {"synchronous": "NORMAL", "busy_timeout": _ROUND_MS, **kwargs}
        super().__init__(file_path, **pragmas)
        in_memory = (
            ":memory:" in file_path
        )  # each connection would have a database of its own
        reading = {**pragmas, "busy_timeout": int(LOCK_SECONDS * 1000)}
        self._reader = None if in_memory else _Reader(file_path, **reading)

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """The writing connection, for one statement."""
        return _Queued(self._lock, self)

    async def close(self) -> None:
        """Close both."""
        if self._reader is not None:
            await self._reader.close()
        await super().close()

    def _in_transaction(self) -> TransactionContext:
        return _SqliteTransaction(_SqliteWrapper(self), self._lock)

    def _reads(self, query: str) -> _Reader | None:
        return self._reader if reads_only(query) else None

    async def execute_query(
        self,
        query: str,
        values: list[Any] | None = None,
    ) -> Any:
        reader = self._reads(query)
        if reader is not None:
            return await reader.execute_query(query, values)
        try:
            return await _patiently(
                lambda: _Connected.execute_query(self, query, values)
            )
        finally:
            written.note()

    async def execute_query_dict(
        self,
        query: str,
        values: list[Any] | None = None,
    ) -> Any:
        reader = self._reads(query)
        if reader is not None:
            return await reader.execute_query_dict(query, values)
        try:
            return await _patiently(
                lambda: SqliteClient.execute_query_dict(self, query, values)
            )
        finally:
            written.note()

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        try:
            return await _patiently(
                lambda: SqliteClient.execute_insert(self, query, values)
            )
        finally:
            written.note()

    async def execute_many(
        self,
        query: str,
        values: list[list[Any]],
    ) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    async def execute_script(self, query: str) -> None:
        try:
            with told():
                await SqliteClient.execute_script(self, query)
        finally:
            written.note()


class _SqliteWrapper(
    TellsStatements,
    TellsTrouble,
    _CountsItsOwn,
    SqliteTransactionWrapper,
):
    """The writing connection inside a transaction."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_SqliteWrapper(self))

    async def begin(self) -> None:
        """Take the write lock at once: a transaction that reads first fails when another process
        wrote meanwhile.
        """
        if self._connection.in_transaction:
            await self._connection.rollback()
        await _patiently(lambda: self._connection.execute("BEGIN IMMEDIATE"))


class _SqliteTransaction(SqliteTransactionContext):
    """A transaction that leaves nothing open and nothing locked, however it fails."""

    async def __aenter__(self) -> TransactionalDBClient:
        await _turn(self._trxlock)
        try:
            with told():
                await self.ensure_connection()
                await self.connection.begin()
        except (
            BaseException
        ):  # cancelled, too: then the lock is taken a moment later, by nobody
            await self._undo()
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection  # type: ignore[no-any-return]

    async def __aexit__(
        self,
        exc_type: Any,
        exc_val: Any,
        exc_tb: Any,
    ) -> None:
        try:
            if self.connection._finalized:
                return
            if exc_type is None:
                await self._commit()
            else:
                await self._undo()
        finally:
            get_connections().reset(self.token)
            self._trxlock.release()

    async def _commit(self) -> None:
        try:
            with told():
                await self.connection.commit()
        except BaseException:
            await self._undo()
            raise
        finally:
            written.note()

    async def _undo(self) -> None:
        # What went wrong first is what is told; a full disk has rolled back by itself.
        with suppress(Exception):
            await asyncio.shield(self.connection.rollback())


client_class = Sqlite  # where Tortoise looks for it
