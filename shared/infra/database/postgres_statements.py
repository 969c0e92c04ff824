"""How a statement is sent to PostgreSQL, and what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
# How a statement is sent, and what is made of its answer.
How: TypeAlias = Callable[[str, Sequence[Any], Any], Awaitable[T]]

_ONLY_COUNTED = ("UPDATE", "DELETE", "INSERT")


async def counted(
    query: str,
    values: Sequence[Any],
    connection: Any,
) -> tuple[int, list[Any]]:
    """Send a statement; its rows, or how many an update or a removal met."""
    if query.lstrip()[:6].upper() in _ONLY_COUNTED:
        answer = await connection.execute(query, *values)
        number = answer.split(" ")[1]  # of an insert it is always 0
        return int(number), []
    rows = await connection.fetch(query, *values)
    return len(rows), rows


async def named(
    query: str,
    values: Sequence[Any],
    connection: Any,
) -> list[dict[str, Any]]:
    """Send a statement; name the columns of what it answers."""
    return [dict(row) for row in await connection.fetch(query, *values)]


async def inserted(
    query: str,
    values: Sequence[Any],
    connection: Any,
) -> Any:
    """Send an insert; what the database made of its row."""
    return await connection.fetchrow(query, *values)


async def sent_for_each(
    query: str,
    values: Sequence[Any],
    connection: Any,
) -> None:
    """Send a statement with each of these: all of them, or none."""
    await connection.executemany(query, values)


async def scripted(
    query: str,
    _: Sequence[Any],
    connection: Any,
) -> None:
    """Send several statements, which name no values."""
    await connection.execute(query)
