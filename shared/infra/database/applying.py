"""Applying migrations.

An empty database gets the whole schema in one piece (structure.py). Else Tortoise's executor
applies the migrations. Around it stands what it lacks: one process at a time, a backup copy of a
SQLite file that holds data, foreign keys off while SQLite tables are rebuilt and checked
afterwards.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

from shared.core import clock
from shared.infra.database import structure
from shared.infra.database.archive import BackupError
from shared.infra.database.backup import make
from shared.infra.database.direct import applied, applied_to_file, connect
from shared.infra.database.executor import Executor
from shared.infra.database.lifecycle import config, context
from shared.infra.database.migrate import MigrationFailed, pending
from shared.infra.database.schema import on_disk, sqlite_path
from shared.infra.database.trouble import told

_LOCK = 0x6D61726B  # "mark", our advisory lock on PostgreSQL


async def apply(url: str, copies: Path | None) -> list[str]:
    """Apply what is missing, one process at a time, as `migrate` says."""
    with told():
        if not url.startswith("sqlite://"):
            async with _advisory_lock(url):
                return await _apply(url, await _copy_postgres(url, copies))
        path = sqlite_path(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        with _file_lock(path):
            backup = _back_up(path) if await pending(url) else None
            return await _apply(url, backup)


async def _apply(
    url: str,
    backup: Path | None = None,
) -> list[str]:
    names = await pending(url)
    if not names:
        return []
    if names == on_disk() and await _lay(url):
        return names
    return await migrate_each(url, backup)


async def _lay(url: str) -> bool:
    """Give an empty database the whole schema; False when it has to go migration by migration."""
    if url.startswith("sqlite://"):
        return structure.lay_sqlite(sqlite_path(url))
    connection = await connect(url)
    try:
        return await structure.lay_postgres(connection)
    finally:
        await connection.close()


async def migrate_each(
    url: str,
    backup: Path | None = None,
) -> list[str]:
    """Apply what is missing one migration after another, also to an empty database.

    `migrate` takes the locks and makes the copy.
    """
    names = await pending(url)
    async with context(url) as tortoise:
        client = tortoise.db()
        on_sqlite = client.capabilities.dialect == "sqlite"
        if on_sqlite:
            await client.execute_query("PRAGMA foreign_keys=OFF")
        await Executor(client, config(url)["apps"]).migrate()
        if on_sqlite:
            broken = await client.execute_query_dict("PRAGMA foreign_key_check")
            if broken:
                raise MigrationFailed(
                    f"{len(broken)} rows point at rows that are gone, the first in "
                    f"{broken[0]['table']}. "
                    f"The data from before the migration is in {backup}."
                )
    return names


@asynccontextmanager
async def _advisory_lock(url: str) -> AsyncIterator[None]:
    connection = await connect(url)
    try:
        await connection.execute(f"SELECT pg_advisory_lock({_LOCK})")
        yield
    finally:
        await connection.close()  # gives the lock back


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    """One migrating process per SQLite file: SQLite's own lock on a small file beside it, freed by
    the system after a crash.
    """
    with closing(
        sqlite3.connect(
            path.with_name(path.name + ".migrating"),
            timeout=120,
            isolation_level=None,
        )
    ) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield
        lock.execute("ROLLBACK")


async def _copy_postgres(url: str, copies: Path | None) -> Path | None:
    """A backup of a PostgreSQL database that holds data and lacks a migration."""
    if copies is None or not await applied(url) or not await pending(url):
        return None
    target = copies / f"markethall.before-migration-{clock.now():%Y%m%d-%H%M%S}.zip"
    try:
        await make(url, target)
    except (BackupError, OSError) as problem:
        raise MigrationFailed(
            f"The copy before the migration could not be made, so nothing was changed: {problem}"
        ) from None
    return target


def _back_up(path: Path) -> Path | None:
    """A consistent copy beside a SQLite file that holds data; None when there is nothing to
    lose.
    """
    if not applied_to_file(path):
        return None
    target = path.with_name(
        f"{path.stem}.before-migration-{clock.now():%Y%m%d-%H%M%S}{path.suffix}"
    )
    if shutil.disk_usage(path.parent).free < 2 * path.stat().st_size:
        raise MigrationFailed(
            f"There is not enough free space in {path.parent} for a backup before migrating."
        )
    with (
        closing(sqlite3.connect(path, timeout=30)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
    return target
