"""Writes that are sent together: on PostgreSQL as one statement, on SQLite one after the other.

What stands in one wave may happen in any order, and none of it sees another's rows; a later wave
sees the earlier ones. So a row that is written twice is written in two waves.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeAlias

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra.database.announced import connected, untold
from shared.infra.database.base import Row
from shared.infra.database.dialect import dialect, keeps_text
from shared.infra.database.quick_rows import quick

# PostgreSQL's protocol counts parameters in 16 bits, and SQLite allows about as many.
MOST_PARAMETERS = 30_000

# Rows by their table and by what tells them apart there: an id, or a unique key.
Touched: TypeAlias = frozenset[tuple[str, Hashable]]
Record: TypeAlias = Mapping[str, Any]


def touched(model: type[Row], names: Iterable[Hashable]) -> Touched:
    """Name rows of a table."""
    table = model._meta.db_table
    return frozenset((table, name) for name in names)


@frozen
class SqlStatement:
    """SQL with a question mark for each value, and the rows that it writes, where somebody else
    may write them too.

    One with a `name` answers, and others in its wave may ask it by that (PostgreSQL).
    """

    sql: str
    values: Sequence[Any]
    rows: Touched = frozenset()
    name: str = ""


class Batch:
    """Statements, wave by wave, until they are sent."""

    def __init__(self) -> None:
        self._waves: dict[int, list[SqlStatement]] = {}
        self._last: dict[tuple[str, Hashable], int] = {}

    def __bool__(self) -> bool:
        return bool(self._waves)

    def add(self, sql: str, *values: Any, wave: int = 0) -> None:
        """Add a statement of one's own, with a question mark for each value."""
        self.put(SqlStatement(sql, values), wave=wave)

    def put(self, statement: SqlStatement, *, wave: int = 0) -> None:
        """Add a statement to a wave, or to one after the last that writes one of its rows."""
        after = (self._last.get(row, -1) + 1 for row in statement.rows)
        place = max(wave, *after) if statement.rows else wave
        self._last.update(dict.fromkeys(statement.rows, place))
        self._waves.setdefault(place, []).append(statement)

    def insert(
        self,
        rows: Sequence[Row],
        *,
        once: bool = False,
    ) -> None:
        """Add rows of one table; with `once`, one whose unique column is taken is left out."""
        for statement in inserts(rows, once=once):
            self.put(statement)

    def update(
        self,
        row: Row,
        values: Mapping[str, Any],
    ) -> None:
        """Set columns of one row; `values` are as the database keeps them (`stored`)."""
        table = type(row)._meta.db_table
        sets = ", ".join(f'"{column}" = ?' for column in values)
        sql = f'UPDATE "{table}" SET {sets} WHERE "id" = ?'  # noqa: S608
        of_row = touched(type(row), [row.id])
        self.put(SqlStatement(sql, [*values.values(), row.id], of_row))

    async def send(self, *, is_last: bool = False) -> list[Record]:
        """Write everything, in the transaction that is open, and return what was answered.

        `is_last`: the transaction ends with it.
        """
        if not self._waves:
            return []
        waves, self._waves, self._last = self._waves, {}, {}
        statements = [
            statement for wave in sorted(waves) for statement in _joined(waves[wave])
        ]
        client: Any = connected()
        client.is_last = is_last and len(statements) == 1
        answers: list[Record] = []
        with untold():
            for statement in statements:
                values = list(statement.values)
                _, records = await client.execute_query(statement.sql, values)
                answers += records
        return answers


def stored(
    row: Row,
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """Return values by the columns of the row's table, as the database keeps them."""
    columns = type(row)._meta.fields_db_projection
    of_table, text = quick(type(row)), keeps_text()
    return {
        columns[name]: of_table.stored(row, name, value, text=text)
        for name, value in row.with_derived(values).items()
    }


async def update_row(
    row: Row,
    where: Mapping[str, Any],
    values: Mapping[str, Any],
) -> bool:
    """Set columns of one row in which those of `where` stand, none of them empty; tell whether it
    was there. What the ORM does, for a third of what that takes.
    """
    sets, met = stored(row, values), stored(row, where)
    table = type(row)._meta.db_table
    given = ", ".join(f'"{column}" = ?' for column in sets)
    asked = "".join(f' AND "{column}" = ?' for column in met)
    sql = f'UPDATE "{table}" SET {given} WHERE "id" = ?{asked}'  # noqa: S608
    client = connected()
    every = [
        *sets.values(),
        row.id,
        *met.values(),
    ]
    count, _ = await client.execute_query(placed(sql, client), every)
    return bool(count)


async def insert_row(row: Row) -> None:
    """Insert one row, and let it know its id: what its `save` does, for half of what that takes."""
    row.updated_at = clock.now()
    (statement,) = inserts([row])
    client = connected()
    sql = placed(f'{statement.sql} RETURNING "id"', client)
    found = await client.execute_query_dict(sql, list(statement.values))
    row.id = found[0]["id"]
    row._saved_in_db = True


def placed(sql: str, client: Any = None) -> str:
    """Return `sql` with the parameters that this database takes, or that of a `client` at hand."""
    return sql if dialect(client) != "postgres" else _numbered(sql)


@lru_cache(maxsize=512)
def _numbered(sql: str) -> str:
    pieces = sql.split("?")
    numbered = (f"${number}{piece}" for number, piece in enumerate(pieces[1:], 1))
    return pieces[0] + "".join(numbered)


def inserts(
    rows: Sequence[Row],
    *,
    once: bool = False,
    found: Mapping[str, SqlStatement] | None = None,
) -> Iterator[SqlStatement]:
    """Return statements that insert rows of one table: one for all that set the same columns.

    With `once`, a row whose unique column is taken is left out. `found`: fields that are looked up
    while the rows are written, by an expression in SQL.
    """
    for row in rows:
        row.fold()
    for fields, group in groupby(rows, key=_given):
        of_group = list(group)
        most = max(1, MOST_PARAMETERS // len(fields))
        for start in range(0, len(of_group), most):
            some = of_group[start : start + most]
            yield _insert(some, fields, found or {}, once=once)


def _given(row: Row) -> tuple[str, ...]:
    return quick(type(row)).given(row)


def _insert(
    rows: Sequence[Row],
    names: tuple[str, ...],
    found: Mapping[str, SqlStatement],
    *,
    once: bool,
) -> SqlStatement:
    model = type(rows[0])
    of_table, text = quick(model), keeps_text()
    values: list[Any] = []
    for row in rows:
        if not found:
            values += of_table.stored_all(row, names, text=text)
            continue
        for name in names:
            if name in found:
                values += found[name].values
            else:
                values += of_table.stored_all(row, [name], text=text)
    asked = tuple((name, found[name].sql) for name in found)
    sql = inserting(model, names, asked, len(rows))
    if once:
        sql = f"{sql} ON CONFLICT DO NOTHING"
    return SqlStatement(sql, values, touched(model, _names(rows)))


def _names(rows: Sequence[Row]) -> Iterator[Hashable]:
    """What tells new rows apart, for a statement that writes one of them again."""
    for row in rows:
        for name in (row.id, getattr(row, "unique_key", None)):
            if name is not None:
                yield name


@lru_cache(maxsize=512)
def inserting(
    model: type[Row],
    names: tuple[str, ...],
    asked: tuple[tuple[str, str], ...],
    rows: int,
) -> str:
    """Return SQL that inserts so many rows of these fields; `asked`: what is looked up, and how."""
    meta, found = model._meta, dict(asked)
    marks = [f"({found[name]})" if name in found else "?" for name in names]
    columns = ", ".join(f'"{meta.fields_db_projection[name]}"' for name in names)
    lines = ", ".join([f"({', '.join(marks)})"] * rows)
    return f'INSERT INTO "{meta.db_table}" ({columns}) VALUES {lines}'  # noqa: S608


def _joined(statements: Sequence[SqlStatement]) -> Iterator[SqlStatement]:
    """What is sent at a time: each statement by itself, or as many as one can hold."""
    if dialect() != "postgres":
        yield from statements
        return
    for some in fitting(len(statement.values) for statement in statements):
        yield _as_one(statements[some])


def fitting(parameters: Iterable[int]) -> Iterator[slice]:
    """So many things at a time as one statement has parameters for, in order."""
    start = end = count = 0
    for number in parameters:
        if end > start and count + number > MOST_PARAMETERS:
            yield slice(start, end)
            start, count = end, 0
        end, count = end + 1, count + number
    if end > start:
        yield slice(start, end)


def _as_one(statements: Sequence[SqlStatement]) -> SqlStatement:
    """PostgreSQL runs what stands in WITH, whether the rest reads it or not."""
    values: list[Any] = []
    for each in statements:
        values += each.values
    parts = tuple((each.name, each.sql) for each in statements)
    return SqlStatement(_with(parts), values)


@lru_cache(maxsize=512)
def _with(parts: tuple[tuple[str, str], ...]) -> str:
    """Join parts; those with a name are what it answers, without one the last is its own."""
    named = [(name or f"w{place}", sql) for place, (name, sql) in enumerate(parts)]
    asked = [f"SELECT * FROM {name}" for name, _ in parts if name]  # noqa: S608
    _, last = named[-1]
    if asked:
        last = " UNION ALL ".join(asked)
    else:
        del named[-1]
    joined = ", ".join(f"{name} AS ({sql})" for name, sql in named)
    return _numbered(f"WITH {joined} {last}" if joined else last)
