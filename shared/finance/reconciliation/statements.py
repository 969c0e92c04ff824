"""Reconciliation's statements by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from shared.finance.reconciliation.records import WrongSum
from shared.infra import unit
from shared.infra.database.raw_sql import fetch

# Both in one statement, so that no posting comes between. What is open counts for neither.
_WRONG = """
SELECT account, vendor_id, currency, sum(kept) AS kept, sum(counted) AS counted FROM (
    SELECT account, vendor_id, currency, amount AS kept, 0 AS counted FROM ledger_sums
    UNION ALL
    SELECT e.account, coalesce(e.vendor_id, 0), e.currency, 0, e.amount FROM ledger_entries e
    JOIN ledger_postings p ON p.id = e.posting_id WHERE p.is_closed
) AS each_one GROUP BY account, vendor_id, currency HAVING sum(kept) <> sum(counted)
ORDER BY account, vendor_id, currency
"""


async def wrong_sums() -> tuple[WrongSum, ...]:
    """Add up every entry, and name the accounts whose kept sum is another."""
    await unit.flush()
    return tuple(
        WrongSum(
            row["account"],
            row["vendor_id"] or None,
            row["currency"],
            int(row["kept"]),
            int(row["counted"]),
        )
        for row in await fetch(_WRONG)
    )
