"""What Stripe itself holds back of an account's money against risk: found by its rows, and posted
beside the balance.

Stripe puts a part of a balance in reserve and lets it go again, each with a row of the type
`reserve_hold` or `reserve_release` (since 2026-01-28). Nobody asks us, so that it is found by its
event or by the hourly look.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeAlias

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger import postings
from shared.finance.ledger import queries as ledger_queries
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Account
from shared.infra import unit
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.gateway import Gateway
from shared.infra.unit import Transaction

Facts: TypeAlias = Sequence[postings.StripeReserve]

TYPES = ("reserve_hold", "reserve_release")
# the balance that is paid out; the same money stands on the reserve's with the other sign
PAYMENTS = "payments"
LOOK_BACK = timedelta(days=21)  # what is older is reconciliation's


async def sync_reserves(
    gateway: Gateway,
    account_id: str | None,
) -> int | None:
    """Post what is new of one account's reserve (None: the platform's own): how much was new, None
    when it is not ours.
    """
    facts = await read_reserves(gateway, account_id)
    return None if facts is None else await _post_all(facts)


async def read_reserves(
    gateway: Gateway,
    account_id: str | None,
) -> Facts | None:
    """Read what Stripe holds of one account lately (None: the platform's own); None when it is not
    ours.
    """
    vendor_id = None
    if account_id is not None:
        config = await VendorPaymentConfig.get_or_none(stripe_account_id=account_id)
        if config is None:
            return None
        vendor_id = config.vendor_id
    try:
        return await _read(gateway, vendor_id, account_id)
    except StripeMissing:  # access was taken away
        return None


async def look(
    gateway: Gateway,
    *,
    vendor_id: int | None,
    account_id: str | None,
) -> int:
    """The same without an event, where Stripe's balance is another than the ledger's; how much was
    new. Raises StripeRefused.
    """
    at_stripe = {
        line.currency: line.total
        for line in await gateway.balance.get(account_id)
        if line.total
    }
    if at_stripe == await _booked(vendor_id):
        return 0
    return await _post_all(await _read(gateway, vendor_id, account_id))


async def _booked(vendor_id: int | None) -> dict[str, int]:
    if vendor_id is None:
        rows = await ledger_queries.trial_balance()
        return {
            r.balance.currency: r.balance.amount
            for r in rows
            if r.account is Account.STRIPE_PLATFORM and r.balance
        }
    sums = await ledger_queries.of_vendor(vendor_id)
    return {
        currency: total
        for (account, currency), total in sums.items()
        if account is Account.STRIPE_VENDOR and total
    }


async def _read(
    gateway: Gateway,
    vendor_id: int | None,
    account_id: str | None,
) -> Facts:
    since = clock.now() - LOOK_BACK
    rows = [
        row
        for of_type in TYPES
        for row in await gateway.balance_transactions.list(
            account_id, since=since, of_type=of_type
        )
    ]
    return [
        postings.StripeReserve(vendor_id, row.currency, -row.net, row.id)
        for row in rows
        if row.balance_type == PAYMENTS
    ]


async def _post_all(facts: Facts) -> int:
    async with unit.transaction() as tx:
        return await post_new(tx, facts)


async def post_new(
    tx: Transaction,
    facts: Facts,
) -> int:
    """Post those that are not there; how many that are.

    An event, the look and a repair may come at the same moment: one of them posts.
    """
    posted = [await ledger.post(tx, postings.held_by_stripe(fact)) for fact in facts]
    return sum(posted)


async def post(fact: postings.StripeReserve) -> bool:
    """Post it, unless it is there."""
    return bool(await _post_all([fact]))
