"""Ids that are given out before their rows are written, so that rows which name each other go into
one statement.

PostgreSQL's sequences give them; SQLite gives an id to a row as it is inserted.
"""

from __future__ import annotations

from shared.infra.database.base import Row


def next_id(model: type[Row], engine: str) -> str:
    """Return SQL for a column of a question: the id of the table's next row, the same in each line
    of the answer; NULL on SQLite.

    `engine` is what `dialect` says: SQL that is kept is kept for each.
    """
    return f"(SELECT {next_id_of_each(model, engine)})"


def next_id_of_each(model: type[Row], engine: str) -> str:
    """Return the same with an id for each line of the answer."""
    if engine != "postgres":
        return "NULL"
    return f"nextval(pg_get_serial_sequence('{model._meta.db_table}', 'id'))"
