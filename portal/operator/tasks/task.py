"""One thing that needs doing, and how several of them say sums."""

from __future__ import annotations

from shared.core.formats import listed
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


def sums_of(sums: tuple[Money, ...]) -> str:
    """`€35.00`, `DKK 120.00 and €35.00`."""
    return listed([money(amount) for amount in sums])
