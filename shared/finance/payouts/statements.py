"""Hot statements of payouts, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from datetime import datetime

from shared.finance.ledger.chart import Account
from shared.finance.payments.rules import PAID_STATES
from shared.infra.database.raw_sql import fetch, moment_in

_STATES = tuple(sorted(state.value for state in PAID_STATES))
_SETTLING = f"""
SELECT s.day, SUM(e.amount) AS amount
FROM (
    SELECT order_id, MAX(available_on) AS day FROM payments
    WHERE vendor_id = ? AND currency = ? AND paid_at >= ?
    AND status IN ({", ".join("?" * len(_STATES))})
    AND (available_on IS NULL OR available_on > ?)
    GROUP BY order_id
) s
JOIN ledger_postings p ON p.subject = 'order:' || s.order_id
JOIN ledger_entries e ON e.posting_id = p.id
WHERE e.account = ? AND e.vendor_id = ? AND e.currency = ?
GROUP BY s.day
"""


async def settling(
    vendor_id: int, currency: str, *, paid_since: datetime, now: datetime
) -> list[tuple[int, datetime | None]]:
    """Sum what is left, in a vendor's balance, of sales that cannot leave yet, by when they can.

    Minor units; None: Stripe has not said when.
    """
    rows = await fetch(
        _SETTLING,
        vendor_id,
        currency,
        paid_since,
        *_STATES,
        now,
        Account.STRIPE_VENDOR.value,
        vendor_id,
        currency,
    )
    found = []
    for row in rows:
        day = moment_in(row["day"])
        found.append((int(row["amount"]), day))
    return found
