"""Parting many values into so few that one statement can name them.

A database refuses a statement with more than some 32,000 parameters, so what grows with the
marketplace is never named in one (tests/house/test_bounded.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

CHUNK = 500
T = TypeVar("T")


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Part the values, each once, into pieces that a statement can name."""
    rest = iter(dict.fromkeys(values))
    while piece := list(islice(rest, CHUNK)):
        yield piece
