"""Asking a database directly, without the ORM: which migrations it has, and a connection of one's
own.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tortoise.backends.base.config_generator import expand_db_url

from shared.infra.database.schema import sqlite_path
from shared.infra.database.trouble import told

LOCK_SECONDS = 10.0  # how long a command waits for others to let the database go


async def applied(url: str) -> set[str]:
    """The names of the migrations that the database has; empty while it is none of ours.

    Raises DatabaseTrouble.
    """
    with told():
        return (
            applied_to_file(sqlite_path(url))
            if url.startswith("sqlite://")
            else await _applied_postgres(url)
        )


def applied_to_file(path: Path) -> set[str]:
    """The same of a SQLite file."""
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS)) as connection:
        try:
            return {
                name
                for (name,) in connection.execute(
                    "SELECT name FROM tortoise_migrations WHERE app = 'models'"
                )
            }
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return set()


async def connect(url: str) -> Any:
    """One connection to where Tortoise's pool would connect; the pool's own options in the address
    do not count here.
    """
    import asyncpg  # late: an installation on SQLite never needs it

    return await asyncpg.connect(timeout=LOCK_SECONDS, **credentials(url))


def credentials(url: str) -> dict[str, Any]:
    """Host, port, user, password, database and ssl of a PostgreSQL address, as far as it names
    them.
    """
    given = expand_db_url(url)["credentials"]
    return {
        k: given[k]
        for k in ("host", "port", "user", "password", "database", "ssl")
        if k in given
    }


async def _applied_postgres(url: str) -> set[str]:
    connection = await connect(url)
    try:
        if (
            await connection.fetchval("SELECT to_regclass('tortoise_migrations')")
            is None
        ):
            return set()
        return {
            row["name"]
            for row in await connection.fetch(
                "SELECT name FROM tortoise_migrations WHERE app = 'models'"
            )
        }
    finally:
        await connection.close()
