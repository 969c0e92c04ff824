"""Altering things behind everybody's back: local rows past the services, and the stand-in's own
store.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from typing import TYPE_CHECKING, Any

from tortoise.connection import get_connection

from shared.infra import unit
from shared.infra.database.dialect import dialect

if TYPE_CHECKING:
    from pathlib import Path


_UNCOUNT = """UPDATE ledger_sums SET amount = amount - (
    SELECT coalesce(sum(amount), 0) FROM ledger_entries WHERE posting_id = {where}
    AND account = ledger_sums.account AND currency = ledger_sums.currency
    AND coalesce(vendor_id, 0) = ledger_sums.vendor_id)"""


@contextmanager
def stand_in(path: Path) -> Iterator[sqlite3.Connection]:
    """The stand-in's store, opened beside it; what is done here commits when the block ends."""
    with closing(sqlite3.connect(path, timeout=10)) as db:
        yield db
        db.commit()


def alter_object(path: Path, stripe_id: str, **fields: Any) -> None:
    """Change fields of one of Stripe's objects."""
    with stand_in(path) as db:
        (raw,) = db.execute(
            "SELECT body FROM docs WHERE id = ?", (stripe_id,)
        ).fetchone()
        body = {**json.loads(raw), **fields}
        db.execute(
            "UPDATE docs SET body = ? WHERE id = ?", (json.dumps(body), stripe_id)
        )


def delete_object(path: Path, stripe_id: str) -> None:
    """Let Stripe forget one of its objects."""
    with stand_in(path) as db:
        assert db.execute("DELETE FROM docs WHERE id = ?", (stripe_id,)).rowcount == 1


async def sql(statement: str) -> None:
    """One statement on our database, past models and services."""
    await get_connection("default").execute_query(statement)


async def forget_posting(key: str) -> None:
    """Delete a posting with its entries, and take them out of the sums."""
    where = f"(SELECT id FROM ledger_postings WHERE key = '{key}')"
    async with asleep():
        await sql(_UNCOUNT.format(where=where))
        await sql(f"DELETE FROM ledger_entries WHERE posting_id = {where}")
        await sql(f"DELETE FROM ledger_postings WHERE key = '{key}'")


@asynccontextmanager
async def asleep() -> AsyncIterator[None]:
    """What the triggers of the ledger refuse is done with them asleep."""
    if dialect() == "postgres":
        async with unit.transaction():
            await sql("SET LOCAL session_replication_role = replica")
            yield
        return
    _, rows = await get_connection("default").execute_query(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN "
        "('ledger_entries', 'ledger_postings', 'ledger_sums')"
    )
    for row in rows:
        await sql(f"DROP TRIGGER {row['name']}")
    yield
    for row in rows:
        await sql(row["sql"])
