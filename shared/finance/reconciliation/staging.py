"""Both sides of a comparison while they are read: on disk, so that memory does not grow with them.

They are kept in a database file of SQLite's own, whatever database ours is. The system opens it for
us alone and takes its name away at once, so that whatever ends the process leaves nothing behind.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

from shared.finance.reconciliation.errors import CannotStage
from shared.finance.reconciliation.grouping import (
    KINDS,
    Grouped,
    Groups,
    names_of,
)

CACHE_KIB = 16_000
BATCH = 500  # records that are written at once
PIECE = 4000  # records that are given back at once, or a group that is larger

Record = TypeVar("Record")
Placed: TypeAlias = Sequence[tuple[int, Record]]  # each with its place in a list
Row: TypeAlias = tuple[int, int, int, int, str]  # kind, list, place, group, values
_KINDS = tuple(KINDS.values())
_NUMBERS = {record: number for number, record in enumerate(KINDS)}
_SCHEMA = """
CREATE TABLE names (name INTEGER PRIMARY KEY, number INTEGER);
CREATE TABLE records (kind INTEGER, list INTEGER, place INTEGER, number INTEGER, vals TEXT);
"""
_WRITE = "INSERT INTO records VALUES (?, ?, ?, ?, ?)"
_SIZES = "SELECT kind, count(*) FROM records WHERE list = ? GROUP BY kind"


class Staging:
    """Records of both sides, in lists. Those that belong together come back together.

    `sizes`: how many there are of each type.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        self._groups = Groups()
        self._written: list[Row] = []
        self.sizes: Counter[type] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._db.close()

    def add(self, number: int, records: Placed[Grouped]) -> None:
        """Add records to a list; they come back in the order of lists and places."""
        with _told():
            for place, record in records:
                of_type = type(record)
                group = self._group_of(names_of(record))
                values = json.dumps(KINDS[of_type].values(record))
                row = (_NUMBERS[of_type], number, place, group, values)
                self._written.append(row)
                self.sizes[of_type] += 1
            if len(self._written) >= BATCH:
                self._flush()

    def drop(self, number: int) -> None:
        """Forget a list. What it joined stays joined, which does no harm."""
        with _told():
            self._flush()
            for kind, size in self._db.execute(_SIZES, (number,)):
                self.sizes[_KINDS[kind].record] -= size
            self._db.execute("DELETE FROM records WHERE list = ?", (number,))

    def _flush(self) -> None:
        self._db.executemany(_WRITE, self._written)
        self._written.clear()

    def _group_of(self, names: Iterable[str]) -> int:
        # Two names that are one number make one group of two, which does no harm either.
        hashed = {hash(name) for name in names}
        marks = ", ".join("?" * len(hashed))
        known = dict(
            self._db.execute(
                f"SELECT name, number FROM names WHERE name IN ({marks})",  # noqa: S608
                tuple(hashed),
            )
        )
        group = self._groups.join(known.values())
        new = [(name, group) for name in hashed if name not in known]
        self._db.executemany("INSERT INTO names VALUES (?, ?)", new)
        return group

    def pieces(self) -> Iterator[list[Row]]:
        """Give everything back in whole groups, some at a time."""
        with _told():
            self._flush()
            self._db.create_function("root", 1, self._groups.root)
            self._db.execute(
                "UPDATE records SET number = root(number) WHERE root(number) <> number"
            )
            self._db.execute("CREATE INDEX records_number ON records (number)")
            cursor = self._db.execute("SELECT * FROM records ORDER BY number")
        piece: list[Row] = []
        for row in cursor:
            if len(piece) >= PIECE and row[3] != piece[-1][3]:
                yield piece
                piece = []
            piece.append(row)
        if piece:
            yield piece


@contextmanager
def _told() -> Iterator[None]:
    """Say what cannot be written, most often for want of room."""
    try:
        yield
    except sqlite3.Error as error:
        raise CannotStage(reason=str(error)) from error


def by_group(piece: Iterable[Row]) -> Iterator[list[Row]]:
    """Part a piece into its groups."""
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in piece:
        groups[row[3]].append(row)
    yield from groups.values()


def sides_of(rows: Iterable[Row]) -> dict[str, Any]:
    """Read records back, in the order of their lists: what each place of BothSides holds."""
    sides: dict[str, list[Grouped]] = {kind.place: [] for kind in _KINDS}
    for number, _, _, _, values in sorted(rows):
        kind = _KINDS[number]
        record = kind.record(*json.loads(values))
        sides[kind.place].append(record)
    return {place: tuple(records) for place, records in sides.items()}
