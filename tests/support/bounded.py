"""No statement of the product names more than a chunk or two, whatever the database would take.

What a test fills in shows how a list grows long before PostgreSQL's 32,767 parameters do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.infra.database.chunks import CHUNK
from tests.support.unread import CLIENTS, READS

MOST = 2 * CHUNK


class NamesTooMuch(AssertionError):
    """A statement has as many parameters as there are rows of something."""


def watch() -> None:
    """Let every statement of this process be counted; twice is once."""
    for client in CLIENTS:
        for name in READS:
            method = client.__dict__.get(name)
            if method is not None and not hasattr(method, "counts"):
                setattr(client, name, _counting(method))


def _counting(method: Callable[..., Any]) -> Callable[..., Any]:
    async def counting(
        self: Any, query: str, values: list[Any] | None = None, **more: Any
    ) -> Any:
        if values and len(values) > MOST and "INSERT" not in query:
            raise NamesTooMuch(f"{len(values)} parameters: {query[:200]}")
        return await method(self, query, values, **more)

    counting.counts = True  # type: ignore[attr-defined]
    counting.looks_first = True  # type: ignore[attr-defined]
    return counting
