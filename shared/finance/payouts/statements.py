"""The hot statements of payouts, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

from shared.core.frozen import frozen
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger.chart import Account
from shared.finance.payments.rules import PAID_STATES
from shared.finance.payouts.allocation import BalanceMovement
from shared.finance.payouts.models import Payout
from shared.finance.payouts.paydays import given_up
from shared.finance.payouts.rules import GONE, PayoutState
from shared.infra.database.base import words
from shared.infra.database.counting import MOST
from shared.infra.database.raw_sql import (
    columns,
    every,
    fetch,
    for_update,
    row_of,
)
from shared.infra.database.several import Part, Records, Rows
from shared.infra.gateway.errors import StandsStill
from shared.infra.gateway.restore_check import MAY_MOVE
from shared.infra.unit import Transaction

_ORDER = re.compile(r"order:(\d+)")


@cache
def _known_sql() -> str:
    configs = VendorPaymentConfig._meta.db_table
    return (
        f"SELECT v.vendor_id AS vendor, {columns(Payout, 'p')} FROM {configs} v"
        " LEFT JOIN payouts p ON p.stripe_payout_id = ? WHERE v.stripe_account_id = ?"
    )


async def vendor_and_payout(
    account_id: str, stripe_id: str
) -> tuple[int, Payout | None] | None:
    """Read whose account it is, and our row of a payout if there is one; None: nobody's."""
    found = await fetch(_known_sql(), stripe_id, account_id)
    if not found:
        return None
    (record,) = found
    row = None if record["p.id"] is None else row_of(Payout, "p", record)
    return int(record["vendor"]), row


@cache
def _locked_sql() -> str:
    configs = VendorPaymentConfig._meta.db_table
    return (
        f"SELECT {every(v=VendorPaymentConfig, p=Payout)} FROM payouts p"
        f" JOIN {configs} v ON v.vendor_id = p.vendor_id"
        " WHERE p.vendor_id = ? AND (p.stripe_payout_id = ? OR (p.stripe_payout_id IS"
        f" NULL AND p.idempotency_key = ? AND p.status = '{PayoutState.OPENING}'))"
        " ORDER BY p.stripe_payout_id IS NULL, p.id"
    )


async def lock_payout(
    tx: Transaction, vendor_id: int, stripe_id: str, key: str | None
) -> Payout | None:
    """Lock a vendor's config and our row of a payout: known by Stripe's id, else by our own key.

    None, and perhaps nothing is locked, where there is none.
    """
    sql = _locked_sql() + for_update("v", "p")
    found = await fetch(
        sql,
        vendor_id,
        stripe_id,
        key or "",
    )
    if not found:
        return None
    config = row_of(VendorPaymentConfig, "v", found[0])
    payout = row_of(Payout, "p", found[0])
    tx.took(config, payout)
    return payout


@frozen
class PaydayFacts:
    """What decides whether a payday has a payout in a currency yet.

    `refused`: so many tries of it; `keys`: so many payouts of the vendor had a key of ours.
    """

    is_there: bool
    refused: int
    keys: int


_PAYDAY = (
    "SELECT COUNT(CASE WHEN currency = ? AND period = ? THEN 1 END) AS there,"
    " COUNT(CASE WHEN currency = ? AND SUBSTR(period, 1, ?) = ? THEN 1 END) AS refused,"
    f" COUNT(idempotency_key) AS keys, {MAY_MOVE} AS may_move"
    " FROM payouts WHERE vendor_id = ?"
)


async def payday_facts(
    vendor_id: int,
    currency: str,
    period: str = "",
) -> PaydayFacts:
    """Read them, with the vendor's config locked; without a `period`, of no payday.

    Raises StandsStill.
    """
    tried = given_up(period)
    values = (currency, period, currency, len(tried), tried, vendor_id)
    (record,) = await fetch(_PAYDAY, *values)
    if not record["may_move"]:
        raise StandsStill
    return PaydayFacts(
        is_there=bool(record["there"]),
        refused=record["refused"],
        keys=record["keys"],
    )


@cache
def _free_sql() -> str:
    gone = words(GONE)
    return (
        "SELECT e.id AS entry, e.amount AS amount, l.subject AS subject, u.total AS used"
        " FROM ledger_entries e JOIN ledger_postings l ON l.id = e.posting_id"
        " LEFT JOIN (SELECT i.entry_id AS entry_id, SUM(i.amount) AS total"
        " FROM payout_items i JOIN payouts p ON p.id = i.payout_id WHERE p.vendor_id = ?"
        f" AND p.currency = ? AND p.status NOT IN ({gone}) GROUP BY i.entry_id) u"
        " ON u.entry_id = e.id WHERE e.vendor_id = ? AND e.currency = ?"
        f" AND e.account = '{Account.STRIPE_VENDOR}'"
        # the last two are no sale's, and neither earned nor given back
        " AND SUBSTR(l.kind, 1, 7) <> 'payout_'"
        " AND l.kind NOT IN ('stripe_held', 'stripe_released')"
        " AND e.amount <> COALESCE(u.total, 0) ORDER BY l.created_at, e.id"
    )


async def free_movements(
    vendor_id: int,
    currency: str,
) -> list[BalanceMovement]:
    """What came into the vendor's balance or went back, and is in no payout that arrived or may;
    oldest first. What the transaction has collected is not seen.
    """
    values = (vendor_id, currency, vendor_id, currency)
    return [
        BalanceMovement(
            record["entry"],
            int(record["amount"] - (record["used"] or 0)),
            _order(record["subject"]),
        )
        for record in await fetch(_free_sql(), *values)
    ]


def _order(subject: str) -> int | None:
    found = _ORDER.fullmatch(subject)
    return int(found[1]) if found else None


_STATES = tuple(sorted(state.value for state in PAID_STATES))
# What is left, in a vendor's balance, of sales that cannot leave yet, by currency and by the day
# when they can; `settling_of` has its values.
SETTLING = Records(
    f"""
SELECT s.currency, s.day, SUM(e.amount) AS amount
FROM (
    SELECT order_id, currency, MAX(available_on) AS day FROM payments
    WHERE vendor_id = ? AND paid_at >= ?
    AND status IN ({", ".join("?" * len(_STATES))})
    AND (available_on IS NULL OR available_on > ?)
    GROUP BY order_id, currency
) s
JOIN ledger_postings p ON p.subject = 'order:' || s.order_id
JOIN ledger_entries e ON e.posting_id = p.id
WHERE e.account = ? AND e.vendor_id = ? AND e.currency = s.currency
GROUP BY s.currency, s.day
""",
    ("currency", "day", "amount"),
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


_WITH_RESERVE = (
    "SELECT 1 AS one FROM vendor_payment_configs"
    " WHERE vendor_id = ? AND reserve_days > 0"
)


async def has_reserve(vendor_id: int) -> bool:
    """Tell whether something of a vendor's sales is held back for a while."""
    return bool(await fetch(_WITH_RESERVE, vendor_id))


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
    return SETTLING(
        vendor_id,
        paid_since,
        *_STATES,
        now,
        account,
        vendor_id,
    )


# What is held back now, by the day of its release; its values: whose, how many at most.
HOLDS = Records(
    "SELECT o.number, h.amount - h.let_go AS amount, h.currency, h.release_at"
    " FROM reserve_holds h JOIN orders o ON o.id = h.order_id"
    " WHERE h.vendor_id = ? AND h.released_at IS NULL AND h.amount > h.let_go"
    " ORDER BY h.release_at, h.id LIMIT ?",
    ("number", "amount", "currency", "release_at"),
)
# How many payouts a vendor has, as far as a page tells; its value: whose.
COUNT = Records(
    "SELECT COUNT(*) AS payouts FROM"
    f" (SELECT 1 FROM payouts p WHERE p.vendor_id = ? LIMIT {MOST + 1}) counted",
    ("payouts",),
)

# A page of a vendor's payouts, newest first; its values: whose, how many, after how many.
LISTED = Rows(
    Payout,
    "t.vendor_id = ?",
    order="t.id DESC LIMIT ? OFFSET ?",
)
