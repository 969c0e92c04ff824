"""Every row of a PostgreSQL database out of one snapshot, and back in one transaction; nothing but
asyncpg is needed.

The tables themselves are not copied: they are made again as of the last migration that the backup
had.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from tortoise.migrations.executor import MigrationTarget
from tortoise.transactions import in_transaction

from shared.core.frozen import frozen
from shared.infra.database import structure
from shared.infra.database.archive import ArchiveManifest
from shared.infra.database.direct import connect
from shared.infra.database.executor import Executor
from shared.infra.database.lifecycle import config, context
from shared.infra.database.schema import on_disk

LONGEST = 24 * 3600  # seconds that one table may take
RECORD = "tortoise_migrations"  # written by the migrations themselves
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_KEYS = """
SELECT child.relname AS child, parent.relname AS parent FROM pg_constraint AS c
JOIN pg_class AS child ON child.oid = c.conrelid JOIN pg_class AS parent ON parent.oid = c.confrelid
WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace AND c.conrelid <> c.confrelid
"""
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
_SEQUENCES = (
    "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema() ORDER BY "
    "sequencename"
)
_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc AS p WHERE p.pronamespace = current_schema()::regnamespace
AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@frozen
class Snapshot:
    """A moment of a database: what is read through `connection`, or by others under `name`, is of
    that moment.
    """

    connection: Any
    name: str
    version: str  # of the server, as `16`
    migrations: tuple[str, ...]


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[Snapshot]:
    """Hold one moment of the database, while others go on writing."""
    connection = await connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            names = f"SELECT name FROM {RECORD} WHERE app = 'models' ORDER BY name"  # noqa: S608
            rows = await connection.fetch(names)
            yield Snapshot(
                connection,
                await connection.fetchval("SELECT pg_export_snapshot()"),
                str(connection.get_server_version().major),
                tuple(row["name"] for row in rows),
            )
    finally:
        await connection.close()


async def copy_out(
    found: Snapshot, folder: Path, *, made_at: str
) -> tuple[ArchiveManifest, dict[str, Path]]:
    """Every table's rows as text into a file of its own in `folder`."""
    connection, parts = found.connection, {}
    tables: dict[str, list[str]] = {}
    for table in await _in_order(connection):
        columns = [
            row["attname"] for row in await connection.fetch(_COLUMNS, f'"{table}"')
        ]
        path = folder / f"{table}.copy"
        await connection.copy_from_table(table, output=path, columns=columns)
        tables[table], parts[f"tables/{table}.copy"] = columns, path
    sequences = {}
    for row in await connection.fetch(_SEQUENCES):
        name = row["sequencename"]
        value = await connection.fetchrow(f'SELECT last_value, is_called FROM "{name}"')  # noqa: S608
        sequences[name] = [value["last_value"], value["is_called"]]
    manifest = ArchiveManifest(
        "postgres",
        "copy",
        made_at,
        found.migrations,
        server=found.version,
        tables=tables,
        sequences=sequences,
    )
    return manifest, parts


async def _in_order(connection: Any) -> list[str]:
    """Our tables, each after those that it points at."""
    order: TopologicalSorter[str] = TopologicalSorter()
    for row in await connection.fetch(_TABLES):
        if row["tablename"] != RECORD:
            order.add(row["tablename"])
    for row in await connection.fetch(_KEYS):
        order.add(row["child"], row["parent"])
    return list(order.static_order())


async def copy_in(
    url: str,
    folder: Path,
    manifest: ArchiveManifest,
    marks: Sequence[str],
) -> None:
    """Give up what is there, make the tables as they were then, and fill them: all in one
    transaction.

    The triggers of the ledger and of the audit trail stand aside meanwhile: they judge what is
    written, and this was judged when it was. Foreign keys and checks are asked as ever.
    """
    is_newest = manifest.migrations == tuple(on_disk())
    today = is_newest and structure.current("postgres") is not None
    if not today:
        await _ensure_record(url)
    going = await drops(url, but="" if today else RECORD)
    async with context(url), in_transaction("default") as transaction:
        raw: Any = transaction._connection
        for statement in going:
            await raw.execute(statement)
        if not (today and await structure.lay_postgres(raw)):
            await _by_migrations(url, transaction, manifest)
        await _fill(raw, folder, manifest)
        for statement in marks:
            await raw.execute(statement)


async def _fill(raw: Any, folder: Path, manifest: ArchiveManifest) -> None:
    """The rows that a migration wrote give way to those of the backup."""
    for table in manifest.tables:
        await raw.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    for table in reversed(list(manifest.tables)):
        await raw.execute(f'DELETE FROM "{table}"')  # noqa: S608
    for table, columns in manifest.tables.items():
        source = folder / f"{table}.copy"
        await raw.copy_to_table(
            table,
            source=source,
            columns=columns,
            timeout=LONGEST,
        )
    for table in manifest.tables:
        await raw.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
    set_value = "SELECT setval($1::text::regclass, $2, $3)"
    for name, (value, given) in manifest.sequences.items():
        await raw.execute(set_value, f'"{name}"', value, given)


async def _ensure_record(url: str) -> None:
    """Tortoise looks for its record by a query that fails, which a transaction does not survive."""
    async with context(url) as tortoise:
        executor = Executor(tortoise.db(), config(url)["apps"])
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))


async def _by_migrations(url: str, transaction: Any, manifest: ArchiveManifest) -> None:
    await transaction._connection.execute(f"DELETE FROM {RECORD}")  # noqa: S608
    executor = Executor(transaction, config(url)["apps"])
    await executor.migrate(
        [MigrationTarget("models", name) for name in manifest.migrations]
    )


async def drops(url: str, *, but: str = "") -> list[str]:
    """The statements that empty the database: our tables with all that hangs on them, and our
    functions.
    """
    connection = await connect(url)
    try:
        tables = [
            row["tablename"]
            for row in await connection.fetch(_TABLES)
            if row["tablename"] != but
        ]
        functions = [row[0] for row in await connection.fetch(_FUNCTIONS)]
    finally:
        await connection.close()
    names = ", ".join(f'"{table}"' for table in tables)
    return ([f"DROP TABLE {names} CASCADE"] if names else []) + [
        f"DROP FUNCTION {name} CASCADE" for name in functions
    ]


async def others(url: str) -> int:
    """How many other connections there are to the database; one that is just being closed is waited
    for.
    """
    connection = await connect(url)
    try:
        for _ in range(20):
            if not (found := int(await connection.fetchval(_OTHERS))):
                break
            await asyncio.sleep(0.1)
        return found
    finally:
        await connection.close()
