"""Hot statements of payouts, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from datetime import datetime

from shared.finance.ledger.chart import Account
from shared.finance.payments.rules import PAID_STATES
from shared.finance.payouts.rules import PayoutState
from shared.infra.database.raw_sql import fetch, moment_in
from shared.infra.database.several import Part, Records

_STATES = tuple(sorted(state.value for state in PAID_STATES))
_OWN = "(SELECT c.currency FROM vendor_payment_configs c WHERE c.vendor_id = ?)"
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


# The same in the vendor's own currency.
SETTLING = Records(
    _SETTLING.replace("currency = ?", f"currency = {_OWN}"),
    ("day", "amount"),
)
# What is asked of Stripe and not yet taken on, by currency; its value: whose.
OPENING = Records(
    "SELECT currency, SUM(amount + fee) AS total FROM payouts"
    f" WHERE vendor_id = ? AND status = '{PayoutState.OPENING}' GROUP BY currency",
    ("currency", "total"),
)
# The periods of a vendor's newest payouts; its value: whose.
PERIODS = Records(
    "SELECT currency, period FROM payouts WHERE vendor_id = ? ORDER BY id DESC LIMIT 50",
    ("currency", "period"),
)


async def opening(vendor_id: int) -> dict[str, int]:
    """Sum what is asked of Stripe and not yet taken on, by currency, in minor units."""
    rows = await fetch(OPENING.sql, vendor_id)
    return {row["currency"]: int(row["total"]) for row in rows}


def settling_of(
    vendor_id: int,
    *,
    paid_since: datetime,
    now: datetime,
) -> Part:
    """What `SETTLING` is asked with."""
    account = Account.STRIPE_VENDOR.value
    whose = (vendor_id, vendor_id)
    return SETTLING(*whose, paid_since, *_STATES, now, account, *whose)
