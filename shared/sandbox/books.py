"""The books: every balance transaction is posted here, and nowhere else does a balance change.

Each posting has another side: the card network, a bank, Stripe itself, or another account of the
platform. What leaves the platform and its accounts is kept per place, so that all of it together is
zero at any time (`audit`). What Stripe holds in reserve is a balance of its own, which no API of
ours shows and no payout reaches.

Of the fees on a row a `stripe_fee` goes to Stripe; an `application_fee` is the other side of the
platform's own posting, and negative when it comes back.
"""

from __future__ import annotations

from shared.sandbox import schedules
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

# Where money goes when it leaves the platform and its accounts, and where it comes from.
NETWORK, BANK, STRIPE = "network", "bank", "stripe"
WITHIN = "within"  # the other side is a posting on another account or balance of the same platform
# The balances of an account that rows can be on (SDK `balance_type`).
PAYMENTS, RESERVED = (
    "payments",
    "risk_reserved",
)

# balance transaction type -> reporting category, where they differ
_CATEGORIES = {
    "adjustment": "other_adjustment",
    "application_fee": "platform_earning",
    "application_fee_refund": "platform_earning_refund",
    "payment": "charge",
    "payment_failure_refund": "refund_failure",
    "payment_refund": "refund",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "reserve_hold": "risk_reserved_funds",
    "reserve_release": "risk_reserved_funds",
    "refund_failure": "refund_failure",
    "stripe_fee": "fee",
    "transfer_refund": "transfer_reversal",
}


def post(
    act: Act,
    kind: str,
    source: str | None,
    amount: int,
    currency: str,
    *,
    other: str,  # the place that is the other side, or WITHIN
    fee: Json | list[Json] | None = None,  # entries of `fee_details`
    available_on: int | None = None,  # without it, see `schedules.settles_on`
    description: str | None = None,
    category: str | None = None,
    balance: str = PAYMENTS,
) -> Document:
    """One balance transaction on the act's account, in minor units; a positive amount comes in."""
    fees = fee if isinstance(fee, list) else [fee] if fee else []
    taken = sum(one["amount"] for one in fees)
    moment = schedules.settles_on(act) if available_on is None else available_on
    body: Json = {
        "id": act.world.id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": moment,
        "balance_type": balance,
        "created": act.now,
        "currency": currency,
        "description": description,
        "exchange_rate": None,
        "fee": taken,
        "fee_details": fees,
        "net": amount - taken,
        "reporting_category": category or _CATEGORIES.get(kind, kind),
        "source": source,
        "status": "pending",
        "type": kind,
    }
    _balance(act, body, other)
    return act.add(body)


def _balance(act: Act, row: Json, other: str) -> None:
    """Change the account's balance by a row, and that of its other side."""
    currency = row["currency"]
    if row["balance_type"] == RESERVED:
        _move(act, f"{RESERVED}:{act.scope}", currency, 0, row["net"])
    else:
        _keep(act, currency, row["available_on"], row["net"])
    if other != WITHIN:
        _move(act, other, currency, 0, -row["amount"])
    stripe_fees = [fee for fee in row["fee_details"] if fee["type"] == "stripe_fee"]
    if to_stripe := sum(fee["amount"] for fee in stripe_fees):
        _move(act, STRIPE, currency, 0, to_stripe)


def _keep(
    act: Act,
    currency: str,
    moment: int,
    net: int,
) -> None:
    """Add to the account's own buckets; the first money of a day plans the account's payday.

    What is available at once comes in under the last second of yesterday, a bucket that nothing
    else fills, and goes out under the beginning of time: neither hides money that is yet to be paid
    out behind a bucket that was there before.
    """
    if net > 0:
        _announce(act, max(moment, act.now))
    if moment <= act.now and net <= 0:
        _move(act, act.scope, currency, 0, net)
        return
    day = moment if moment > act.now else schedules.today(act) - 1
    if _move(act, act.scope, currency, day, net):
        schedules.plan(act, currency, max(moment, act.now + 1))


def _announce(act: Act, moment: int) -> None:
    """When this money is available, `balance.available` tells of it: once for all that becomes so
    at one moment.
    """
    sql = (
        "SELECT 1 FROM agenda WHERE due = ? AND task = 'balance_available' AND platform = ? AND "
        "subject = ?"
    )
    if not act.store.rows(sql, moment, act.platform, act.scope):
        act.store.schedule(moment, "balance_available", act.platform, act.scope)


def _move(
    act: Act,
    place: str,
    currency: str,
    day: int,
    net: int,
) -> bool:
    """Add to the bucket of one day, and tell whether it is new; sums over days stay as short as the
    calendar, however many payments there were.
    """
    key = (act.platform, place, currency, day)
    changed = act.store.db.execute(
        (
            "UPDATE balances SET net = net + ? WHERE platform = ? AND scope = ? AND currency = ? "
            "AND available_on = ?"
        ),
        (net, *key),
    )
    if changed.rowcount > 0:
        return False
    act.store.db.execute(
        (
            "INSERT INTO balances (net, platform, scope, currency, available_on) VALUES (?, ?, ?, "
            "?, ?)"
        ),
        (net, *key),
    )
    return True


def balances(act: Act) -> dict[str, tuple[int, int]]:
    """The account's money per currency: available now, and still pending."""
    sql = (
        "SELECT currency, sum(CASE WHEN available_on <= ? THEN net ELSE 0 END), sum(net) FROM "
        "balances "
        "WHERE platform = ? AND scope = ? GROUP BY 1 ORDER BY 1"
    )
    rows = act.store.rows(sql, act.now, act.platform, act.scope)
    return {
        currency: (available, whole - available) for currency, available, whole in rows
    }


def held(act: Act, currency: str) -> tuple[int, int]:
    """The account's money in one currency: available now, and still pending."""
    return balances(act).get(currency, (0, 0))
