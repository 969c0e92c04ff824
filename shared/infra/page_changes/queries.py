"""Ask what has changed since one asked last: one small statement on either engine."""

from __future__ import annotations

from typing import Any

from tortoise.connection import get_connection

from shared.core.frozen import frozen
from shared.infra.database.dialect import dialect

# A transaction's number says when it began, not when it was committed. So what is new is
# what the snapshot of the last look could not see.
_POSTGRES = """
SELECT pg_current_snapshot()::text AS mark,
    ARRAY(SELECT DISTINCT coalesce(vendor_id, 0) FROM page_changes
        WHERE transaction_id >= pg_snapshot_xmin($1::text::pg_snapshot)::text::bigint
        AND NOT pg_visible_in_snapshot(transaction_id::text::xid8, $1::text::pg_snapshot)
    ) AS vendors
"""
_POSTGRES_NOW = "SELECT pg_current_snapshot()::text AS mark"
# SQLite has one writer at a time: ids are in the order of the commits, and AUTOINCREMENT gives
# none twice.
_SQLITE = """
SELECT max(id) AS mark, group_concat(DISTINCT coalesce(vendor_id, 0)) AS vendors
FROM page_changes WHERE id > ?
"""
_SQLITE_NOW = """
SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'page_changes'), 0) AS mark
"""


@frozen
class Changes:
    """What was committed since the mark that one had.

    `mark` is for the next look. `everything`: something that no vendor owns changed.
    """

    mark: str
    vendors: frozenset[int] = frozenset()
    everything: bool = False


async def mark_now() -> str:
    """From where on to look. Raises DatabaseTrouble."""
    sql = _POSTGRES_NOW if dialect() == "postgres" else _SQLITE_NOW
    return str((await _row(sql))["mark"])


async def changes_since(mark: str) -> Changes:
    """What has been committed since `mark` was given out. Raises DatabaseTrouble."""
    if dialect() == "postgres":
        row = await _row(_POSTGRES, mark)
        return _changes(
            str(row["mark"]),
            row["vendors"],
        )
    row = await _row(_SQLITE, int(mark))
    if row["mark"] is None:
        return Changes(mark)
    return _changes(
        str(row["mark"]),
        map(
            int,
            str(row["vendors"]).split(","),
        ),
    )


def _changes(
    mark: str,
    found: Any,
) -> Changes:
    vendors = frozenset(found)
    return Changes(
        mark,
        vendors - {0},
        everything=0 in vendors,
    )


async def _row(sql: str, *values: Any) -> dict[str, Any]:
    rows = await get_connection("default").execute_query_dict(
        sql,
        list(values),
    )
    return dict(rows[0])
