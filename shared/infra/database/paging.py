"""Pages of long lists: which rows a page holds, and whether there is one before and after it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Paged:
    """What every page of a read model says of itself; `number` counts from 1, `pages` is at least
    1.
    """

    number: int
    pages: int

    @property
    def has_prev(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages


@dataclass(frozen=True, kw_only=True)
class Counted(Paged):
    """A page that says how many rows there are on all pages; `size` is what a full page holds."""

    total: int
    size: int

    @property
    def first(self) -> int:
        """The number of the first row here, counted from 1 over all pages."""
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)


@dataclass(frozen=True, kw_only=True)
class Window(Paged):
    """The rows of one page: `limit` of them after `offset`."""

    offset: int
    limit: int


def window(total: int, *, page: int, size: int) -> Window:
    """The page that was asked for out of `total` rows; one beyond either end is the nearest that
    exists.
    """
    pages = max(1, -(-total // size))
    number = min(max(page, 1), pages)
    return Window(
        number=number,
        pages=pages,
        offset=(number - 1) * size,
        limit=size,
    )
