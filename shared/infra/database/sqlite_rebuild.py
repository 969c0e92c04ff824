"""Rebuilding a SQLite table with another column list.

The way SQLite's own documentation prescribes, from the SQL that the database itself keeps, so that
columns, indexes, triggers and the row counter stay what they were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tortoise.backends.base.client import BaseDBAsyncClient

_QUOTES = {"'": "'", '"': '"', "`": "`", "[": "]"}


async def rebuild_table(
    client: BaseDBAsyncClient, table: str, change: Callable[[str], str]
) -> None:
    """Rebuild a SQLite table with its column list changed by `change`, keeping rows, indexes,
    triggers and the row counter.

    Raises RuntimeError while foreign keys are enforced: dropping the old table would then touch the
    rows that point at it.
    """
    if (await client.execute_query_dict("PRAGMA foreign_keys"))[0]["foreign_keys"]:
        raise RuntimeError(
            "a SQLite table is rebuilt with foreign keys off; use shared.infra.database.migrate"
        )
    itself, *belongings = await _parts(client, table)
    elsewhere = await _triggers_that_name(client, table)
    # SQLite reads them while it renames, and the table is gone then.
    for trigger in elsewhere:
        await client.execute_query(f'DROP TRIGGER "{trigger["name"]}"')
    counter = await _row_counter(client, table)
    head, body, tail = split_create_table(itself["sql"])
    temporary = f"rebuilt__{table}"
    head = _renamed(head, table, temporary)
    await client.execute_query(f"{head}{change(body)}{tail}")
    await client.execute_query(f'INSERT INTO "{temporary}" SELECT * FROM "{table}"')
    await client.execute_query(f'DROP TABLE "{table}"')
    await client.execute_query(f'ALTER TABLE "{temporary}" RENAME TO "{table}"')
    if counter is not None:
        await _set_row_counter(client, table, counter)
    for part in (*belongings, *elsewhere):
        await client.execute_query(part["sql"])


async def _parts(client: BaseDBAsyncClient, table: str) -> list[dict[str, str]]:
    """The SQL of the table, and after it of its indexes and triggers."""
    sql = (
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY "
        "type = 'table' DESC, rowid"
    )
    return list(await client.execute_query_dict(sql, [table]))


async def _triggers_that_name(
    client: BaseDBAsyncClient, table: str
) -> list[dict[str, str]]:
    """Triggers of other tables that look into this one."""
    sql = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name <> ? AND "
        "instr(sql, ?)"
    )
    return list(await client.execute_query_dict(sql, [table, table]))


async def _row_counter(client: BaseDBAsyncClient, table: str) -> int | None:
    counters = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
    if not await client.execute_query_dict(counters):
        return None
    mine = "SELECT seq FROM sqlite_sequence WHERE name = ?"
    rows = await client.execute_query_dict(mine, [table])
    return int(rows[0]["seq"]) if rows else None


async def _set_row_counter(client: BaseDBAsyncClient, table: str, number: int) -> None:
    await client.execute_query("DELETE FROM sqlite_sequence WHERE name = ?", [table])
    add = "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)"
    await client.execute_query(add, [table, number])


def _renamed(head: str, table: str, temporary: str) -> str:
    if f'"{table}"' not in head:
        raise RuntimeError(f"cannot find the name of {table} in {head!r}")
    return head.replace(f'"{table}"', f'"{temporary}"', 1)


def split_create_table(sql: str) -> tuple[str, str, str]:
    """A CREATE TABLE statement as (up to the opening bracket, the column list, from its closing
    bracket on).

    Brackets in strings, quoted names and comments do not count.
    """
    depth, start, position = 0, -1, 0
    while position < len(sql):
        char, two = sql[position], sql[position : position + 2]
        if two == "/*":
            position = sql.index("*/", position) + 1
        elif two == "--":
            position = sql.find("\n", position) if "\n" in sql[position:] else len(sql)
        elif char in _QUOTES:
            # A doubled quote just opens the next string.
            position = sql.index(_QUOTES[char], position + 1)
        elif char == "(":
            depth += 1
            start = position + 1 if start < 0 else start
        elif char == ")":
            depth -= 1
            if depth == 0:
                return sql[:start], sql[start:position], sql[position:]
        position += 1
    raise ValueError("not a CREATE TABLE statement")
