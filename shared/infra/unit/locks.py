"""The order of locks: each table that is locked has a rank, and nobody locks upwards.

Two transactions that take their locks in one order never wait for each other in a circle. The rank
of a table is `lock_rank` of its model; rows of one table are locked by ascending id.
docs/architecture.md shows the order.
"""

from __future__ import annotations

from shared.infra.database.base import Row
from shared.infra.unit.errors import NoRank, OutOfOrder

Key = tuple[int, int]


class HeldLocks:
    """What one transaction holds."""

    def __init__(self) -> None:
        self._held: set[Key] = set()
        self._last: Key = (0, 0)
        self._name = "nothing"

    def take(self, row: Row) -> None:
        """Note that `row` is locked now. Raises OutOfOrder when a later one was locked before."""
        key = (rank_of(type(row)), int(row.id))
        if key in self._held:
            return
        if key < self._last:
            raise OutOfOrder(f"{_name(row)} is locked after {self._name}")
        self._held.add(key)
        self._last, self._name = key, _name(row)


def rank_of(model: type[Row]) -> int:
    """The place of a table in the order of locks. Raises NoRank."""
    rank = model.lock_rank
    if rank is None:
        raise NoRank(f"{model.__name__} has no lock_rank, so it cannot be locked")
    return rank


def _name(row: Row) -> str:
    return f"{type(row).__name__} {row.id}"
