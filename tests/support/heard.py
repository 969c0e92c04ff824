"""Every statement, heard before it is sent: ours, and Tortoise's own where a database is prepared
or copied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.sqlite.client import SqliteClient

from shared.infra.database.postgres import Postgres, PostgresInside
from shared.infra.database.sqlite import Sqlite, SqliteInside

# Of a statement and its values; what it raises, the statement is refused with.
Hear = Callable[[str, Sequence[Any]], None]

_OURS: tuple[Any, ...] = (Sqlite, SqliteInside, Postgres, PostgresInside)
_TORTOISES: tuple[Any, ...] = (SqliteClient, AsyncpgDBClient)
_WAYS = ("execute_query", "execute_query_dict", "execute_insert")


def hear_all(
    hear: Hear,
    put: Callable[[Any, str, Any], None] = setattr,
) -> None:
    """Let each statement be heard from now on; `put` sets a method of a class."""
    for client in _OURS:
        put(client, "send", _sending(client.__dict__["send"], hear))
    for client in _TORTOISES:
        for name in _WAYS:
            put(client, name, _asking(client.__dict__[name], hear))


def _sending(method: Any, hear: Hear) -> Any:
    async def send(self: Any, how: Any, query: str, values: Any = None) -> Any:
        hear(query, values or ())
        return await method(self, how, query, values)

    return send


def _asking(method: Any, hear: Hear) -> Any:
    async def ask(self: Any, query: str, values: Any = None) -> Any:
        hear(query, values or ())
        return await method(self, query, values)

    return ask
