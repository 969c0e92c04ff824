"""Long tables read in pieces, as plain values: no piece is larger than memory allows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any, TypeAlias

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from shared.infra.database.chunks import chunks

PIECE = 2000

Values: TypeAlias = tuple[Any, ...]  # the id first


async def in_pieces(
    query: QuerySet[Any],
    columns: Iterable[str],
) -> AsyncIterator[list[Values]]:
    """Read all rows of a query in the order of their ids, each as its id and these columns."""
    last = 0
    while True:
        rest = query.filter(id__gt=last).order_by("id").limit(PIECE)
        rows = await rest.values_list("id", *columns)
        if not rows:
            return
        yield rows
        last = rows[-1][0]


async def ids_by_moment(
    query: QuerySet[Any],
    column: str,
    *,
    at_once: int,
) -> AsyncIterator[list[int]]:
    """Read the ids of a query's rows so many at a time, the earliest by a column first.

    Each piece begins behind the last, so what stays as it was is not read again, and what has been
    moved on is not passed over.
    """
    rest = query
    while True:
        some = rest.order_by(column, "id").limit(at_once)
        rows = await some.values_list("id", column)
        if rows:
            yield [row_id for row_id, _ in rows]
        if len(rows) < at_once:
            return
        last, moment = rows[-1]
        same = Q(**{column: moment, "id__gt": last})
        later = Q(**{f"{column}__gt": moment}) | same
        rest = query.filter(later, **{f"{column}__gte": moment})


async def those_with(
    query: QuerySet[Any],
    column: str,
    values: Iterable[Any],
    columns: Iterable[str],
) -> AsyncIterator[list[Values]]:
    """Read the rows of which this column has one of these values, however many they are."""
    for some in chunks(values):
        rows = query.filter(**{f"{column}__in": some})
        yield await rows.values_list("id", *columns)
