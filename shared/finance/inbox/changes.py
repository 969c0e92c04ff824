"""What differs between two pictures of our rows, field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Scalar = str | int | bool | None
Picture = Mapping[str, Mapping[str, Scalar]]  # "refund:12" -> its fields
LONGEST = 200


@dataclass(frozen=True)
class Change:
    """One field of one thing: `what` reads `refund:12.status`."""

    what: str
    before: Scalar
    after: Scalar

    @property
    def thing(self) -> str:
        """refund:12"""
        return self.what.partition(".")[0]

    @property
    def field(self) -> str:
        """Status"""
        return self.what.partition(".")[2]


def diff(before: Picture, after: Picture) -> tuple[Change, ...]:
    """Every field that is not what it was, in the order of `after`. Of a new thing, what it holds; nothing is ever taken away."""
    found = []
    for thing, fields in after.items():
        was = before.get(thing)
        for name, value in fields.items():
            old = was.get(name) if was is not None else None
            if value != old and (was is not None or value not in (None, "", 0, False)):
                found.append(Change(f"{thing}.{name}", old, value))
    return tuple(found)


def stored(changes: Iterable[Change]) -> list[list[Scalar]]:
    """Changes as a row keeps them: [[what, before, after], ...]."""
    return [[change.what, _short(change.before), _short(change.after)] for change in changes]


def read(kept: Any) -> tuple[Change, ...]:
    """Changes out of a row."""
    return tuple(Change(str(what), before, after) for what, before, after in kept or ())


def without(changes: Iterable[Change], told: Iterable[Change]) -> tuple[Change, ...]:
    """Those that were not told before: what two events did at the same moment is told of one of them."""
    known = set(told)
    return tuple(change for change in changes if change not in known)


def _short(value: Scalar) -> Scalar:
    return value[:LONGEST] if isinstance(value, str) else value
