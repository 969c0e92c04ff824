"""What benchmarks found: one table, whichever of them ran, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from shared.core.frozen import frozen


@frozen
class Bar:
    """Where a ratio should be: at least there, or at most."""

    number: float
    is_most: bool = False

    def holds(self, ratio: float) -> bool:
        """Whether a ratio is on the right side."""
        return ratio <= self.number if self.is_most else ratio >= self.number

    def __str__(self) -> str:
        return f"{'at most' if self.is_most else 'at least'} {self.number:g}"


@frozen
class Measured:
    """One line of the table: `value` in `unit`, and its ratio to the baseline `of` of the same run.

    A ratio is of costs (less is better), or where `of` says so of rates; its bar tells which.
    """

    what: str
    value: float
    unit: str
    ratio: float | None = None
    of: str = ""
    bar: Bar | None = None

    @property
    def judged(self) -> str:
        """Whether the bar is reached; empty where there is none."""
        if self.bar is None or self.ratio is None:
            return ""
        return "reached" if self.bar.holds(self.ratio) else "not reached"


_HEADS = ("what", "measured", "ratio", "of", "bar", "")


def table(found: Sequence[Measured]) -> Iterator[str]:
    """The lines of the table."""
    rows = [_HEADS, *map(_cells, found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(cells).rstrip()


def _cells(one: Measured) -> tuple[str, ...]:
    ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
    bar = "" if one.bar is None else str(one.bar)
    return (one.what, f"{one.value:.4g} {one.unit}", ratio, one.of, bar, one.judged)


def as_json(found: Iterable[Measured]) -> str:
    """The same for programs, on one line."""
    return json.dumps([asdict(one) | {"judged": one.judged} for one in found])
