"""Newcomers in the same statement as what follows them, which only PostgreSQL can do.

Each is a part of it that tells its id if it was new. What follows is inserted out of lines of which
the first column is that id, and those where it is empty are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from shared.infra.database import batch
from shared.infra.database.base import Row
from shared.infra.database.batch import Batch, SqlStatement, inserting, touched
from shared.infra.database.newcomers import Newcomers
from shared.infra.database.quick_rows import quick

# By table: the ids of what was new, by its unique column.
New = list[dict[str, int]]


class Together:
    """Newcomers of several tables, to be written with one batch."""

    def __init__(self, asked: Sequence[Newcomers]) -> None:
        self._asked = asked
        self._statements: list[SqlStatement] = []
        self._places: list[tuple[int, str]] = []
        self._follows: dict[int, str] = {}
        self._naming: dict[type[Row], str] = {}
        self._followers: dict[type[Row], list[Row]] = {}
        for number, each in enumerate(asked):
            for row in each.rows:
                self._ask(number, each, row)

    @property
    def asked(self) -> int:
        """How many newcomers there are."""
        return len(self._places)

    @property
    def models(self) -> Sequence[type[Row]]:
        """The tables of what follows them."""
        return tuple(self._followers)

    @property
    def fits(self) -> bool:
        """Whether half a statement has place for it."""
        values = sum(len(each.values) for each in self._statements)
        return values <= batch.MOST_PARAMETERS / 2

    def _ask(
        self,
        number: int,
        asked: Newcomers,
        row: Row,
    ) -> None:
        place = len(self._places)
        part = f"n{place}"
        key = getattr(row, asked.column)
        self._places.append((number, key))
        row.fold()
        model = type(row)
        of_table = quick(model)
        names = of_table.given(row)
        statement = SqlStatement(
            _inserting_new(model, names, place),
            of_table.stored_all(row, names, text=False),
            touched(model, [key]),
            part,
        )
        self._statements.append(statement)
        for follower in asked.following.get(key, ()):
            self._follow(follower, part, asked)

    def _follow(
        self,
        row: Row,
        part: str,
        asked: Newcomers,
    ) -> None:
        model = type(row)
        self._follows[id(row)] = part
        self._followers.setdefault(model, []).append(row)
        if asked.named_in(row):
            self._naming[model] = asked.naming

    def add(
        self,
        model: type[Row],
        plain: Sequence[Row],
    ) -> None:
        """Take rows of a table that need nothing, and those that follow."""
        rows = [*plain, *self._followers[model]]
        for row in rows:
            row.fold()
        for names, group in groupby(rows, key=quick(model).given):
            self._statements.append(self._insert(list(group), names))

    def write(self, into: Batch) -> None:
        """Add all of them to a batch that is empty."""
        for statement in self._statements:
            into.put(statement)

    def _insert(
        self,
        rows: Sequence[Row],
        names: tuple[str, ...],
    ) -> SqlStatement:
        model = type(rows[0])
        naming = self._naming.get(model, "")
        others = tuple(name for name in names if name != naming)
        follows = tuple(self._follows.get(id(row), "") for row in rows)
        of_table = quick(model)
        values: list[Any] = []
        for row in rows:
            if naming and id(row) not in self._follows:
                values.append(getattr(row, naming))
            values += of_table.stored_all(row, others, text=False)
        sql = _inserting(
            model,
            others,
            naming,
            follows,
        )
        return SqlStatement(sql, values)

    def found(
        self,
        records: Sequence[Mapping[str, Any]],
    ) -> New:
        """Read what the statement answered."""
        found: New = [{} for _ in self._asked]
        for record in records:
            place = record["n"]
            number, key = self._places[place]
            found[number][key] = record["id"]
        return found


@lru_cache(maxsize=512)
def _inserting_new(
    model: type[Row],
    names: tuple[str, ...],
    place: int,
) -> str:
    insert = inserting(model, names, (), 1)
    return f'{insert} ON CONFLICT DO NOTHING RETURNING {place} AS n, "id"'


@lru_cache(maxsize=512)
def _inserting(
    model: type[Row],
    names: tuple[str, ...],
    naming: str,
    follows: tuple[str, ...],
) -> str:
    """Insert lines of these fields; each after what it follows, or nothing."""
    columns = model._meta.fields_db_projection
    others = ", ".join(f'"{columns[name]}"' for name in names)
    marks = ", ".join(f"?::{_kind(model, name)}" for name in names)
    by_itself = "?::BIGINT" if naming else "0::BIGINT"
    lines = []
    for part in follows:
        first = f'(SELECT "id" FROM {part})' if part else by_itself  # noqa: S608
        lines.append(f"({first}, {marks})")
    into, taken = others, others
    if naming:
        into = f'"{columns[naming]}", {others}'
        taken = "v.*"
    table = model._meta.db_table
    given = f"(VALUES {', '.join(lines)}) v(given, {others})"
    return (
        f'INSERT INTO "{table}" ({into})'  # noqa: S608
        f" SELECT {taken} FROM {given} WHERE given IS NOT NULL"
    )


def _kind(model: type[Row], name: str) -> str:
    """Return the type of a column, of any length: the table says how long."""
    field = model._meta.fields_map[name]
    kind: str = field.get_for_dialect("postgres", "SQL_TYPE")
    word, _, _ = kind.partition("(")
    return word
