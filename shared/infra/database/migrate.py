"""Bringing a database up to date, and telling whether models, migrations and a database agree.

An empty database gets the whole schema in one piece (structure.py). Else Tortoise's executor
applies the migrations. Around it stands what it lacks: one process at a time, a backup copy of a
SQLite file that holds data, foreign keys off while SQLite tables are rebuilt and checked
afterwards, and a fast way out when there is nothing to do.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

from tortoise.context import TortoiseContext
from tortoise.indexes import Index
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.constraints import CheckConstraint
from tortoise.migrations.schema_generator.state import State

from shared.core import clock
from shared.infra.database import structure
from shared.infra.database.archive import BackupError
from shared.infra.database.backup import make
from shared.infra.database.chain import broken_links
from shared.infra.database.direct import applied, applied_to_file, connect
from shared.infra.database.executor import Executor, never_queried
from shared.infra.database.lifecycle import config, context
from shared.infra.database.renames import undeclared_renames
from shared.infra.database.schema import (
    SchemaTooNew,
    on_disk,
    refuse_newer,
    sqlite_path,
)
from shared.infra.database.states import after
from shared.infra.database.tables import models
from shared.infra.database.trouble import told

TORTOISE_ORM = config(
    "sqlite://:memory:"
)  # for `tortoise makemigrations`; see docs/operations.md
_LOCK = 0x6D61726B  # "mark", our advisory lock on PostgreSQL


class _Detector(MigrationAutodetector):
    """Tortoise's, which looks at no model that the migrations make, only at what it says."""

    async def _project_state(self) -> State:
        return after(self.loader.graph, self._full_plan(), {})


class MigrationFailed(Exception):
    """A migration left the database in a state that must not be used; the message says where the
    backup is.
    """


async def pending(url: str) -> list[str]:
    """The migrations that the database still lacks.

    Quick: it asks the database directly and loads no migration.

    Raises SchemaTooNew when it has one that this version does not know, and DatabaseTrouble when it
    does not answer.
    """
    done = await applied(url)
    refuse_newer(done)
    return [name for name in on_disk() if name not in done]


async def migrate(
    url: str,
    *,
    copies: Path | None = None,
) -> list[str]:
    """Apply what is missing, one process at a time; answers with the names of what was applied.

    Raises as `pending` does.

    Data is copied first: a SQLite file beside itself, a PostgreSQL database into the folder
    `copies`, where one is given.
    """
    if not await pending(url):
        return []
    with told():
        if not url.startswith("sqlite://"):
            async with _advisory_lock(url):
                return await _apply(url, await _copy_postgres(url, copies))
        path = sqlite_path(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        with _file_lock(path):
            backup = _back_up(path) if await pending(url) else None
            return await _apply(url, backup)


async def check(url: str | None = None) -> list[str]:
    """What differs between models and migrations, in words; with `url` also what that database
    lacks. Empty when all agree.
    """
    lacking = [] if url is None else await _of_database(url)  # first: it may not answer
    problems = broken_links() + undeclared_renames()
    async with context("sqlite://:memory:") as tortoise:
        problems += await _model_changes(tortoise)
    with tempfile.TemporaryDirectory(prefix="markethall-check-") as folder:
        fresh = Path(folder) / "fresh.sqlite3"
        await migrate_each(f"sqlite://{fresh}")
        problems += _missing_constraints(fresh) + _other_structure(fresh)
    return problems + lacking


async def _of_database(url: str) -> list[str]:
    try:
        return [
            f"The database lacks the migration {name}." for name in await pending(url)
        ]
    except SchemaTooNew as newer:
        return [str(newer)]


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


async def _model_changes(context: TortoiseContext) -> list[str]:
    apps = context.apps
    assert apps is not None
    with never_queried():
        writers = await _Detector(apps, config("sqlite://:memory:")["apps"]).changes()
    return [
        f"The models have changed: {op.describe()}."
        for writer in writers
        for op in writer.operations
    ]


def _missing_constraints(path: Path) -> list[str]:
    """The CHECK constraints and named indexes of the models that the migrations do not create."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        ).fetchall()
    sql = dict(rows)
    problems: list[str] = []
    for model in models():
        table = model._meta.db_table
        checks = [
            c
            for c in getattr(model._meta, "constraints", ()) or ()
            if isinstance(c, CheckConstraint)
        ]
        problems += [
            f"The migrations do not create the check {check.name} on {table}."
            for check in checks
            if f'CONSTRAINT "{check.name}" CHECK ({check.check})'
            not in sql.get(table, "")
        ]
        named = [
            index.name
            for index in model._meta.indexes or ()
            if isinstance(index, Index) and index.name
        ]
        problems += [
            f"The migrations do not create the index {name} on {table}."
            for name in named
            if name not in sql
        ]
    return problems


def _other_structure(path: Path) -> list[str]:
    """Whether the schema in one piece is what the migrations made in this SQLite file.

    Tests look at PostgreSQL's.
    """
    made = structure.current("sqlite") == structure.headed(
        structure.told_by_sqlite(path)
    )
    if made and structure.current("postgres") is not None:
        return []
    return [
        f"The schema in one piece is not what the migrations make. Run: {structure.MADE_BY}"
    ]


def migrate_now(url: str) -> list[str]:
    """`migrate` for callers without an event loop."""
    return asyncio.run(migrate(url))
