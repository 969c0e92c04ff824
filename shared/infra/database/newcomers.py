"""Rows that are inserted unless they are there already, by a unique column, and what is written
only with those that were new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from shared.core.frozen import frozen
from shared.infra.database.announced import connected, untold
from shared.infra.database.base import Row
from shared.infra.database.batch import SqlStatement, fitting, inserts, placed
from shared.infra.database.dialect import dialect


@frozen
class Newcomers:
    """Rows of one table that are inserted unless their unique `column` is taken.

    `following`: rows that are written with a new one alone, by its value of that column. Those that
    have a field `naming` take its id there.
    """

    rows: Sequence[Row]
    column: str
    following: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    naming: str = ""

    def named_in(self, row: Row) -> bool:
        """Whether a following row takes an id."""
        return self.naming in row._meta.fields_db_projection

    def followers(
        self,
        new: Mapping[str, int],
    ) -> list[Row]:
        """Return what follows those that were new, with their ids."""
        found = []
        for key, row_id in new.items():
            for row in self.following.get(key, ()):
                if self.named_in(row):
                    setattr(row, self.naming, row_id)
                found.append(row)
        return found


async def insert_new(
    asked: Sequence[Newcomers],
) -> list[dict[str, int]]:
    """Insert them at once; for each table, return the ids of those that were new, by their column.

    Another transaction's row with the same value is waited for.
    """
    client = connected()
    found: list[dict[str, int]] = [{} for _ in asked]
    with untold():
        for statement in _told(asked):
            values = list(statement.values)
            for row in await client.execute_query_dict(statement.sql, values):
                found[row["n"]][row["k"]] = row["id"]
    return found


def _told(asked: Sequence[Newcomers]) -> Iterator[SqlStatement]:
    """Inserts that answer with number of the table, id and unique column of what was new."""
    written = [
        (number, each.column, insert)
        for number, each in enumerate(asked)
        for insert in inserts(each.rows, once=True)
    ]
    if dialect() != "postgres":
        for number, column, insert in written:
            told = f'{insert.sql} RETURNING {number} AS n, "id", "{column}" AS k'
            yield SqlStatement(told, insert.values)
        return
    for some in fitting(len(insert.values) for _, _, insert in written):
        yield _asked_as_one(written[some])


def _asked_as_one(written: Sequence[tuple[int, str, SqlStatement]]) -> SqlStatement:
    parts = ", ".join(
        f'w{place} AS ({insert.sql} RETURNING {number} AS n, "id", "{column}" AS k)'
        for place, (number, column, insert) in enumerate(written)
    )
    rows = " UNION ALL ".join(
        f"SELECT * FROM w{place}"  # noqa: S608
        for place in range(len(written))
    )
    values = [value for _, _, insert in written for value in insert.values]
    return SqlStatement(placed(f"WITH {parts} {rows}"), values)
