"""The window of a comparison: what is new since a moment. None: everything."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise.queryset import QuerySet


def since_then(
    query: QuerySet[Any],
    since: datetime | None,
) -> QuerySet[Any]:
    """Narrow a query to what was created in the window."""
    return query if since is None else query.filter(created_at__gte=since)


def before_then(
    query: QuerySet[Any],
    since: datetime | None,
) -> QuerySet[Any]:
    """Narrow a query to what is older than the window. Of everything, there is nothing to ask."""
    return query if since is None else query.filter(created_at__lt=since)


def is_recent(created_at: datetime, since: datetime | None) -> bool:
    """Say whether something was created in the window."""
    return since is None or created_at >= since
