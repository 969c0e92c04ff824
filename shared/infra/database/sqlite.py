"""Tortoise's SQLite client with connections of our own, one of them for reads, and waits for the
write lock that end.

Tortoise has one connection: whoever waits for another process's write lock on it keeps every reader
waiting. Here what reads outside a transaction goes to a connection of its own, which SQLite's
write-ahead log never keeps waiting, and which sees all that is committed. Two faults of Tortoise
are mended on the way: a transaction that cannot begin keeps the lock for ever, and one whose COMMIT
fails stays open, so that the next one would commit it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, TypeVar

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
)
from tortoise.connection import get_connections
from tortoise.exceptions import (
    IntegrityError,
    OperationalError,
    TransactionManagementError,
)

from shared.infra.database import sqlite_waiting as waiting
from shared.infra.database.announced import TellsStatements, must_be_outside
from shared.infra.database.asked import AskedBySending, Senders, raise_meant
from shared.infra.database.sqlite_checkpoints import Checkpoints
from shared.infra.database.sqlite_connection import (
    How,
    SqliteConnection,
    at_length,
)
from shared.infra.database.sqlite_reader import Reader
from shared.infra.database.sqlite_statements import (
    counted,
    inserted,
    named,
    scripted,
    sent_for_each,
)
from shared.infra.database.sqlite_waiting import (
    PatientLock,
    patiently,
    to_the_end,
)
from shared.infra.database.trouble import told
from shared.infra.database.written import reads_only, written

T = TypeVar("T")


def _said_of(error: Exception) -> Exception:
    """What Tortoise makes of an error."""
    if isinstance(error, sqlite3.OperationalError):
        return OperationalError(error)
    if isinstance(error, sqlite3.IntegrityError):
        return IntegrityError(error)
    return error


class _SqliteAsked(AskedBySending, SqliteClient):
    """Its statements, sent in our own ways."""

    _connection: Any
    senders = Senders(counted, named, inserted)


class Sqlite(_SqliteAsked):
    """One connection that writes, and those that read."""

    def __init__(self, file_path: str, **kwargs: Any) -> None:
        # What is committed goes into the file by a thread, not by whoever commits.
        pragmas = {"synchronous": "NORMAL", "wal_autocheckpoint": 0, **kwargs}
        super().__init__(file_path, **pragmas)
        self._lock = PatientLock()
        # Each connection to what is in memory would have a database of its own.
        in_memory = ":memory:" in file_path
        self._reader = None if in_memory else Reader(file_path, self.pragmas)
        self.checkpoints = Checkpoints(file_path)

    async def create_connection(self, with_db: bool) -> None:
        """Connect, with all settings or not at all."""
        if self._connection is None:
            self._connection = await SqliteConnection.open(
                self.filename, self.pragmas, patience=waiting.LOCK_SECONDS
            )
            await self._post_connect()

    async def close(self) -> None:
        """Close all connections."""
        await self.checkpoints.ended()
        if self._reader is not None:
            await self._reader.close()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """The writing connection, for one statement."""
        return _Queued(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return _SqliteTransaction(_SqliteWrapper(self), self._lock)

    async def send(
        self,
        how: How[T],
        query: str,
        values: Sequence[Any] | None = None,
    ) -> T:
        must_be_outside()
        self.log.debug("%s: %s", query, values)
        given = values or ()
        try:
            if self._reader is not None and reads_only(query):
                return await patiently(self._reader.ask, how, query, given)
            return await self._written(how, query, given)
        except Exception as error:
            raise_meant(error, _said_of(error))

    async def _written(
        self,
        how: How[T],
        query: str,
        values: Sequence[Any],
    ) -> T:
        try:
            return await patiently(self._write, how, query, values)
        finally:
            self.wrote()

    async def _write(
        self,
        how: How[T],
        query: str,
        values: Sequence[Any],
    ) -> T:
        async with self.acquire_connection() as connection:
            return await connection.write(how, query, values)  # type: ignore[no-any-return]

    def wrote(self) -> None:
        """Note that something may have been committed."""
        written.note()
        self.checkpoints.consider()

    async def execute_many(
        self,
        query: str,
        values: list[list[Any]],
    ) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    async def execute_script(self, query: str) -> None:
        self.log.debug(query)
        try:
            with told():
                async with self.acquire_connection() as connection:
                    await connection.in_thread(lambda raw: raw.executescript(query))
        finally:
            self.wrote()


class _Queued(ConnectionWrapper[Any]):
    """The connection for one statement, or a sentence when others hold it for too long.

    Never keeps its lock on a failure.
    """

    _lock: PatientLock

    async def __aenter__(self) -> Any:
        await self._lock.take()
        try:
            await self.ensure_connection()
        except BaseException:
            self._lock.release()
            raise
        return self.connection


class SqliteInside(_SqliteAsked, SqliteTransactionWrapper):
    """The writing connection inside a transaction."""

    is_over = False

    async def begin(self) -> None:
        """Take the write lock at once: a transaction that reads first fails when another process
        wrote meanwhile.
        """
        if self._connection.in_transaction:
            await self._connection.rollback()
        await patiently(self._connection.begin)

    async def send(
        self,
        how: How[T],
        query: str,
        values: Sequence[Any] | None = None,
    ) -> T:
        if self.is_over:  # what it wrote would be part of the next one
            raise TransactionManagementError("a statement after the last one")
        self.log.debug("%s: %s", query, values)
        connection: SqliteConnection = self._connection
        try:
            if reads_only(query):
                return await connection.read(how, query, values or ())
            return await connection.write(how, query, values or ())
        except Exception as error:
            raise_meant(error, _said_of(error))

    def execute_many(
        self,
        query: str,
        values: list[list[Any]],
    ) -> Any:
        return self.send(sent_for_each, query, values)

    async def execute_script(self, query: str) -> None:
        with at_length():
            await self.send(scripted, query)


class _SqliteWrapper(TellsStatements, SqliteInside):
    """The same, with its statements told."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_SqliteWrapper(self))


class _SqliteTransaction(SqliteTransactionContext):
    """A transaction that leaves nothing open and nothing locked, however it fails."""

    _trxlock: PatientLock

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.take()
        try:
            with told():
                await self.ensure_connection()
                await self.connection.begin()
        except BaseException:  # cancelled, too, and while that is undone once more
            try:
                await self._undo()
            finally:
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
            self.connection.is_over = True
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
            self.connection._parent.wrote()

    async def _undo(self) -> None:
        # What went wrong first is what is told; a full disk has rolled back by itself. What is left
        # behind half-way would undo the next transaction.
        await to_the_end(self.connection.rollback())


client_class = Sqlite  # where Tortoise looks for it
