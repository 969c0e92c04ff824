"""Statements of a transaction, told before they are sent: what it keeps back is written first.

Whoever keeps something back says with `telling` what is to happen before each statement
(shared/infra/unit/held_rows.py).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

Before: TypeAlias = Callable[[str], Awaitable[None]]

_before: ContextVar[Before | None] = ContextVar("markethall_before", default=None)


@contextmanager
def telling(before: Before) -> Iterator[None]:
    """Await `before` with each statement that this task's transaction is about to send."""
    marker = _before.set(before)
    try:
        yield
    finally:
        _before.reset(marker)


@contextmanager
def untold() -> Iterator[None]:
    """Send what the block sends without telling."""
    marker = _before.set(None)
    try:
        yield
    finally:
        _before.reset(marker)


async def _tell(query: str) -> None:
    before = _before.get()
    if before is not None:
        await before(query)


class TellsStatements:
    """Put before a client of Tortoise's that is inside a transaction."""

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        await _tell(query)
        return await super().execute_insert(query, values)  # type: ignore[misc]

    async def execute_many(self, query: str, values: list[Any]) -> None:
        await _tell(query)
        await super().execute_many(query, values)  # type: ignore[misc]

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        await _tell(query)
        return await super().execute_query(query, values)  # type: ignore[misc]

    async def execute_query_dict(
        self, query: str, values: list[Any] | None = None
    ) -> Any:
        await _tell(query)
        return await super().execute_query_dict(query, values)  # type: ignore[misc]

    async def execute_script(self, query: str) -> None:
        await _tell(query)
        await super().execute_script(query)  # type: ignore[misc]
