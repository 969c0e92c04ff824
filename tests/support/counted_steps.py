"""Statements of each step of a sale, counted."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from tests.support.storefront import commits, counted

T = TypeVar("T")


class Steps:
    """What each step took."""

    def __init__(self) -> None:
        self.took: dict[str, int] = {}
        self.commits: dict[str, int] = {}

    async def step(self, name: str, work: Awaitable[T]) -> T:
        """Count the statements of one step; of one that is done again, the most."""
        with counted() as statements, commits() as committed:
            result = await work
        self.commits[name] = len(committed)
        self.took[name] = max(self.took.get(name, 0), len(statements))
        return result
