"""Reading a SQLite file beside whoever writes it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, TypeVar

from shared.infra.database import sqlite_waiting as waiting
from shared.infra.database.sqlite_connection import (
    How,
    SqliteConnection,
    TakesLong,
    is_at_length,
)

T = TypeVar("T")


class Reader:
    """Two connections that only read: one for what is brief, one on a thread for the rest."""

    def __init__(
        self,
        path: str,
        pragmas: dict[str, Any],
    ) -> None:
        self._path = path
        self._pragmas = {**pragmas, "query_only": "ON"}
        self._opening = asyncio.Lock()
        self._at_length = waiting.PatientLock()
        self._brief: SqliteConnection | None = None
        self._long: SqliteConnection | None = None

    async def ask(
        self,
        how: How[T],
        query: str,
        values: Sequence[Any],
    ) -> T:
        """Read."""
        if not is_at_length():
            brief = self._brief or await self._first()
            try:
                return await brief.briefly(how, query, values)
            except TakesLong:
                pass
        await self._at_length.take()
        try:
            if self._long is None:
                self._long = await self._opened()
            return await self._long.in_thread(partial(how, query, values))
        finally:
            self._at_length.release()

    async def _first(self) -> SqliteConnection:
        """Open the brief one, once: opening waits, and others ask meanwhile."""
        async with self._opening:
            if self._brief is None:
                self._brief = await self._opened()
            return self._brief

    async def _opened(self) -> SqliteConnection:
        return await SqliteConnection.open(
            self._path, self._pragmas, patience=waiting.LOCK_SECONDS
        )

    async def close(self) -> None:
        """End both."""
        for connection in (self._brief, self._long):
            if connection is not None:
                await connection.close()
        self._brief = self._long = None
