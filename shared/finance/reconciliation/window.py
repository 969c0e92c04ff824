"""The window of a comparison: what is new since a moment. None: everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar

from tortoise.queryset import QuerySet

CHUNK = 500  # what one query can name
T = TypeVar("T")


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Part the values, each once, into pieces that a query can name."""
    rest = list(dict.fromkeys(values))
    for start in range(0, len(rest), CHUNK):
        yield rest[start : start + CHUNK]


def since_then(
    query: QuerySet[Any],
    since: datetime | None,
) -> QuerySet[Any]:
    """Narrow a query to what was created in the window."""
    return query if since is None else query.filter(created_at__gte=since)


def is_recent(created_at: datetime, since: datetime | None) -> bool:
    """Say whether something was created in the window."""
    return since is None or created_at >= since
