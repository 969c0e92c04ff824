"""One thing that needs doing, and the words that several of them need."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.entrypoints.web.filters import money


@frozen
class Task:
    """One thing that needs doing: how loud, what with its number, the rest of it, and where it is
    done.
    """

    kind: str
    title: str
    text: str
    href: str
    label: str


def counted(count: int, one: str, many: str) -> str:
    """`1 order`, `2 orders`."""
    return f"{count} {one if count == 1 else many}"


def listed(words: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def sums_of(sums: tuple[Money, ...]) -> str:
    """`€35.00`, `DKK 120.00 and €35.00`."""
    return listed([money(amount) for amount in sums])
