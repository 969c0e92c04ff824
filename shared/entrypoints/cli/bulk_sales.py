"""Paid orders in bulk: each table is filled by one statement of bulk_sales.sql, the same for both
engines.

Each sale is in the books and paid out to its vendor and the marketplace, so that nothing lies at
Stripe, where there is no counterpart. All of it is older than what the nightly comparison reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from shared.core import clock, ids
from shared.infra import unit
from shared.infra.database.dialect import dialect
from shared.infra.database.executor import statements
from shared.infra.database.raw_sql import execute

AT_ONCE = 20_000
YOUNGEST = timedelta(days=10)
SPAN = timedelta(days=365)
_SCRIPT = Path(__file__).with_suffix(".sql")
# The sales of a slice: a number each, with the first product of a vendor, vendors in turn.
_SALES = """
WITH RECURSIVE n(i) AS (
    SELECT CAST({start} AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {end}
),
firsts AS (
    SELECT min(p.id) AS id FROM products p JOIN vendors v ON v.id = p.vendor_id
    WHERE v.slug LIKE 'bulk-%' GROUP BY p.vendor_id
),
goods AS (
    SELECT row_number() OVER (ORDER BY p.vendor_id) - 1 AS place, p.*
    FROM products p JOIN firsts f ON f.id = p.id
),
sales AS (
    SELECT n.i, '{run}-' || n.i AS name, {at} AS at, g.id AS product_id, g.vendor_id,
        g.name AS product, g.price_amount AS total, g.currency, n.i % 10 <> 0 AS is_sent,
        (g.price_amount * 25 + 500) / 1000 AS fee
    FROM n JOIN goods g ON g.place = n.i % (SELECT count(*) FROM goods)
)
"""
# SQLite closes a posting by an update, and its triggers add up. PostgreSQL's do both when the
# transaction ends, posting by posting, which takes long for so many: here it is done at once.
_TABLES = ("ledger_postings", "ledger_entries", "ledger_sums")
_CLOSE = "UPDATE ledger_postings SET is_closed = TRUE WHERE NOT is_closed;"
_ADD_UP = """
INSERT INTO ledger_sums AS kept (created_at, updated_at, account, vendor_id, currency, amount,
    entries, last_posting_id)
SELECT now(), now(), e.account, coalesce(e.vendor_id, 0), e.currency, sum(e.amount), count(*),
    max(e.posting_id)
FROM ledger_entries e JOIN ledger_postings g ON g.id = e.posting_id
WHERE NOT g.is_closed GROUP BY e.account, coalesce(e.vendor_id, 0), e.currency
ON CONFLICT (account, vendor_id, currency) DO UPDATE SET updated_at = excluded.updated_at,
    amount = kept.amount + excluded.amount, entries = kept.entries + excluded.entries,
    last_posting_id = excluded.last_posting_id;
"""


async def make(
    count: int,
    slices: Iterable[tuple[int, int]],
) -> None:
    """Add so many paid orders, a transaction for each slice (begin, end)."""
    run = ids.new_number("")[1:5]
    script = _SCRIPT.read_text(encoding="utf-8")
    when = _when(clock.now(), count)
    words = {"run": run, "at": when, "percentage": _percentage()}
    for start, end in slices:
        sales = _SALES.format(start=start, end=end, **words)
        period = f"bulk-{run}-{start}"
        filled = script.format(sales=sales, period=period, **words)
        async with unit.transaction():
            for statement in statements(_booked(filled)):
                await execute(statement)


def _booked(script: str) -> str:
    """The script with what closes its postings."""
    if dialect() == "sqlite":
        return script + _CLOSE
    off, on = (_triggers(word) for word in ("DISABLE", "ENABLE"))
    return off + script + _ADD_UP + _CLOSE + on


def _triggers(word: str) -> str:
    return "".join(f"ALTER TABLE {name} {word} TRIGGER USER;\n" for name in _TABLES)


def _percentage() -> str:
    """SQLite keeps decimals as text."""
    return "'2.50'" if dialect() == "sqlite" else "2.50"


def _when(now: datetime, count: int) -> str:
    """When sale number `n.i` was: evenly over a year, the last of them some days ago."""
    begin = f"'{now - YOUNGEST - SPAN:%Y-%m-%d %H:%M:%S.%f}+00:00'"
    seconds = f"n.i * {int(SPAN.total_seconds())} / {count}"
    if dialect() == "sqlite":
        shape = "%Y-%m-%d %H:%M:%f+00:00"
        return f"strftime('{shape}', {begin}, '+' || ({seconds}) || ' seconds')"
    return f"{begin}::timestamptz + ({seconds}) * interval '1 second'"
