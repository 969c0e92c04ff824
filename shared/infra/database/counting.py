"""Counting a list as far as a page tells: of more than a thousand rows nobody needs the exact
number, which costs a reading of them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pypika_tortoise.terms import Parameterizer
from tortoise.queryset import QuerySet

from shared.infra.database.raw_sql import fetch

MOST = 1000
Lists = Mapping[str, QuerySet[Any]]


async def count_each(queries: Lists) -> dict[str, int]:
    """Count the rows of each, at most one more than MOST; one statement."""
    values = Parameterizer(placeholder_factory=lambda _: "?")
    counts = (
        f"({_sql(query, values)}) AS n{place}"
        for place, query in enumerate(queries.values())
    )
    (record,) = await fetch(f"SELECT {', '.join(counts)}", *values.values)
    numbers = (int(record[f"n{place}"]) for place in range(len(queries)))
    return dict(zip(queries, numbers, strict=True))


async def count_some(query: QuerySet[Any]) -> int:
    """Count the rows, at most one more than MOST."""
    return (await count_each({"rows": query}))["rows"]


def _sql(query: QuerySet[Any], values: Parameterizer) -> str:
    """What counts the rows; as many as are needed are read."""
    counting: Any = query.count()
    counting._choose_db_if_not_chosen()
    counting._make_query()
    context = counting.query.QUERY_CLS.SQL_CONTEXT.copy(parameterizer=values)
    selected, _, rest = counting.query.get_sql(context).partition(" FROM ")
    assert selected == "SELECT COUNT(*)", selected
    rows = f"SELECT 1 FROM {rest} LIMIT {MOST + 1}"  # noqa: S608
    return f"SELECT COUNT(*) FROM ({rows}) counted"  # noqa: S608
