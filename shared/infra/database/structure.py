"""The whole schema in one piece, as each engine tells it: what an empty database gets.

`structure.sqlite.sql` and `structure.postgres.sql` are what all migrations leave behind in an empty
database. Nobody writes them by hand: `python -m tests.support.structure` does, and tests hold them
to the migrations. A database that has something in it goes on migration by migration.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from shared.core import clock
from shared.infra.database.schema import on_disk

MADE_BY = "python -m tests.support.structure"
_HEAD = f"-- What all migrations make, up to %s. Made by `{MADE_BY}`, not by hand.\n\n"
_RECORD = (
    "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', %s)"
)
_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
# The tables that an FTS5 table keeps its own things in come with it.
_SQLITE = """
SELECT sql FROM sqlite_master AS made WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
AND NOT (type = 'table' AND EXISTS (
    SELECT 1 FROM sqlite_master AS whole WHERE whole.sql LIKE 'CREATE VIRTUAL TABLE%'
    AND made.name IN (whole.name || '_data', whole.name || '_idx', whole.name || '_docsize',
        whole.name || '_config', whole.name || '_content')
)) ORDER BY rowid
"""


def file(engine: str) -> Path:
    """Where the schema of `sqlite` or `postgres` stands."""
    return Path(__file__).with_name(f"structure.{engine}.sql")


def headed(statements: str) -> str:
    """A schema as its file holds it: with the last migration that it has in it."""
    return _HEAD % on_disk()[-1] + statements


def current(engine: str) -> str | None:
    """The schema of an engine; None while its file was not made anew after the newest migration."""
    script = file(engine).read_text(encoding="utf-8")
    return script if script.startswith(headed("")) else None


def told_by_sqlite(path: Path) -> str:
    """The statements that made a SQLite database, in their order, as it keeps them."""
    with closing(sqlite3.connect(path)) as connection:
        return "".join(f"{sql};\n" for (sql,) in connection.execute(_SQLITE))


def lay_sqlite(path: Path) -> bool:
    """Give an empty SQLite database its tables, all or none.

    False, and nothing done: it is not empty, or the schema's file is not current.
    """
    script = current("sqlite")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        found = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if script is None or found != (0,):
            return False
        connection.execute(
            "PRAGMA journal_mode=WAL"
        )  # as every connection of the application
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}")
        now = str(clock.now())
        connection.executemany(
            _RECORD % "?, ?",
            [(name, now) for name in on_disk()],
        )
        connection.execute("COMMIT")
    return True


async def lay_postgres(connection: Any) -> bool:
    """As `lay_sqlite`, on an asyncpg connection; the caller may have a transaction open."""
    script = current("postgres")
    if script is None or await connection.fetchval(_TABLES):
        return False
    async with connection.transaction():
        await connection.execute(script)
        now = clock.now()
        await connection.executemany(
            _RECORD % "$1, $2",
            [(name, now) for name in on_disk()],
        )
    return True
