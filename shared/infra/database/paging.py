"""Pages of long lists: which rows a page holds, and whether there is one before and after it."""

from __future__ import annotations

from typing import Any

from tortoise.queryset import QuerySet

from shared.core.frozen import frozen
from shared.infra.database import counting


@frozen(kw_only=True)
class Paged:
    """What every page of a read model says of itself; `number` counts from 1, `pages` is at least
    1. With `goes_on` there are more than `pages`: nobody counted how many.
    """

    number: int
    pages: int
    goes_on: bool = False

    @property
    def has_prev(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages or self.goes_on


@frozen(kw_only=True)
class Counted(Paged):
    """A page that says how many rows there are on all pages, with `goes_on` more than `total`;
    `size` is what a full page holds.
    """

    total: int
    size: int

    @property
    def first(self) -> int:
        """The number of the first row here, counted from 1 over all pages."""
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)


@frozen(kw_only=True)
class Window(Paged):
    """The rows of one page, `limit` of them after `offset`, of `total` on all pages."""

    offset: int
    limit: int
    total: int


async def window_of(
    query: QuerySet[Any],
    *,
    page: int,
    size: int,
    counted: int | None = None,
) -> Window:
    """The page that was asked for; one beyond either end is the nearest that exists.

    All rows are counted only for who asks for a page behind the first thousand of them. `counted`:
    what `count_each` has counted already.
    """
    most = counting.MOST
    total = counted
    if total is None:
        total = await counting.count_some(query)
    if total > most and page * size > most:
        return window(await query.count(), page=page, size=size)
    return window(
        total,
        page=page,
        size=size,
        most=most,
    )


def window(
    total: int,
    *,
    page: int,
    size: int,
    most: int | None = None,
) -> Window:
    """The page that was asked for out of `total` rows; one beyond either end is the nearest that
    exists. Of more than `most` rows nobody knows how many there are.
    """
    counted = total if most is None else min(total, most)
    goes_on = counted < total
    pages = max(1, -(-counted // size))
    number = min(max(page, 1), pages)
    return Window(
        number=number,
        pages=pages,
        goes_on=goes_on,
        offset=(number - 1) * size,
        limit=size,
        total=counted,
    )
