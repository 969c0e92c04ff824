"""How a statement is sent to SQLite, and what comes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any


def counted(
    query: str,
    values: Sequence[Any],
    raw: sqlite3.Connection,
) -> tuple[int, list[Any]]:
    """Send a statement; count the rows that it changed itself.

    Tortoise counts what its triggers changed, too, and a guarded update would seem to have met
    other rows than it named.
    """
    cursor = raw.execute(_whole(query), values)
    rows = cursor.fetchall()
    return max(cursor.rowcount, 0) or len(rows), rows


def named(
    query: str,
    values: Sequence[Any],
    raw: sqlite3.Connection,
) -> list[dict[str, Any]]:
    """Send a statement; name the columns of what it answers."""
    cursor = raw.cursor()
    cursor.row_factory = None
    cursor.execute(_whole(query), values)
    if cursor.description is None:
        return []
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def inserted(
    query: str,
    values: Sequence[Any],
    raw: sqlite3.Connection,
) -> int | None:
    """Send an insert; the id of its row."""
    return raw.execute(_whole(query), values).lastrowid


def sent_for_each(
    query: str,
    values: Sequence[Sequence[Any]],
    raw: sqlite3.Connection,
) -> None:
    """Send a statement with each of these."""
    raw.executemany(query, values)


def scripted(
    query: str,
    _: Sequence[Any],
    raw: sqlite3.Connection,
) -> None:
    """Send several statements, which name no values."""
    raw.executescript(query)


def _whole(query: str) -> str:
    """SQLite would take a statement to end at its first character of zero."""
    if "\x00" not in query:
        return query
    return query.replace("\x00", "'||CHAR(0)||'")
