"""Reading Stripe for a comparison: whole lists, a few accounts at a time, never one call a row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from shared.core.frozen import frozen
from shared.finance.connect import accounts
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.rules import account_status
from shared.finance.reconciliation.records import (
    EventAtStripe,
    IntentAtStripe,
    ObjectAtStripe,
    ObjectRecord,
    TransactionAtStripe,
)
from shared.finance.reconciliation.window import is_recent
from shared.infra.gateway.balance_transactions import BalanceTransaction
from shared.infra.gateway.disputes import StripeDispute
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_intents import PaymentIntent
from shared.infra.gateway.payouts import StripePayout
from shared.infra.gateway.refunds import StripeRefund

ACCOUNTS_AT_ONCE = 4
READINGS = 3  # of an account's books, until its balance has not moved meanwhile
PLATFORM = "markethall"
ACCOUNT_FIELDS = (
    "charges_enabled",
    "payouts_enabled",
    "details_submitted",
    "transfers_active",
    "external_account_errored",
    "disabled_reason",
)
T = TypeVar("T")


@frozen
class StripeWindow:
    """Since when each is read.

    Balance transactions are read from `overlap` on, so that no sale is cut in two.
    """

    since: datetime | None
    overlap: datetime | None
    events_since: datetime


@dataclass
class StripeRecords:
    """What Stripe says.

    `accounts`: vendor -> its account's fields. `unreachable`: vendors that took our access away.
    """

    intents: tuple[IntentAtStripe, ...] = ()
    objects: list[ObjectAtStripe] = field(default_factory=list)
    transactions: list[TransactionAtStripe] = field(default_factory=list)
    balances: dict[tuple[int | None, str], int] = field(default_factory=dict)
    accounts: dict[int, dict[str, str]] = field(default_factory=dict)
    undelivered: list[EventAtStripe] = field(default_factory=list)
    unreachable: set[int] = field(default_factory=set)


async def read(gateway: Gateway, window: StripeWindow) -> StripeRecords:
    """Read everything that Stripe has, or what it made in the window."""
    records = StripeRecords()
    since = window.since
    intents, refunds, disputes = await asyncio.gather(
        gateway.payment_intents.list(since=since),
        gateway.refunds.list(since=since),
        gateway.disputes.list(since=since),
    )
    records.intents = tuple(_intent(intent) for intent in intents)
    records.objects += [_refund(refund) for refund in refunds]
    records.objects += [_dispute(dispute) for dispute in disputes]
    await _read_account(gateway, records, None, None, window)
    configs = VendorPaymentConfig.filter(stripe_account_id__not_isnull=True)
    vendors = await configs.order_by("vendor_id")
    await bounded(
        vendors, lambda config: _read_vendor(gateway, records, config, window)
    )
    return records


async def bounded(
    items: Iterable[T],
    work: Callable[[T], Awaitable[None]],
    at_once: int = ACCOUNTS_AT_ONCE,
) -> None:
    """Do `work` for each item, a few at a time; the first failure ends it."""
    limit = asyncio.Semaphore(at_once)

    async def one(item: T) -> None:
        async with limit:
            await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for item in items:
                group.create_task(one(item))
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _read_vendor(
    gateway: Gateway,
    records: StripeRecords,
    config: VendorPaymentConfig,
    window: StripeWindow,
) -> None:
    account, vendor_id = str(config.stripe_account_id), config.vendor_id
    if config.deauthorized_at is not None:
        records.unreachable.add(vendor_id)
        return
    try:
        facts = accounts.facts_of(await gateway.accounts.get(account))
        records.accounts[vendor_id] = account_fields(facts, account_status(facts))
        await _read_account(gateway, records, vendor_id, account, window)
    except StripeMissing:
        records.unreachable.add(vendor_id)


def account_fields(of: object, status: str) -> dict[str, str]:
    """Name the compared fields of an account as words, of Stripe's facts or of our row."""
    fields = {name: str(getattr(of, name) or False) for name in ACCOUNT_FIELDS}
    return {"status": str(status), **fields}


async def _read_account(
    gateway: Gateway,
    records: StripeRecords,
    vendor_id: int | None,
    account: str | None,
    window: StripeWindow,
) -> None:
    """Read one account's books, payouts, undelivered events and balance.

    The balance that frames the books has not moved meanwhile.
    """
    payouts = await gateway.payouts.list(account, since=window.since)
    events = await gateway.events.list(
        account,
        since=window.events_since,
        undelivered=True,
    )
    before = await gateway.balance.get(account)
    for _ in range(READINGS):
        rows = await gateway.balance_transactions.list(account, since=window.overlap)
        after = await gateway.balance.get(account)
        if after == before:
            break
        before = after
    records.objects += [_payout(payout, vendor_id, account) for payout in payouts]
    records.undelivered += [
        EventAtStripe(each.id, each.type, vendor_id) for each in events
    ]
    payments = [row for row in rows if row.balance_type == "payments"]
    records.transactions += [
        _transaction(row, vendor_id, window.since) for row in payments
    ]
    records.balances |= {(vendor_id, line.currency): line.total for line in after}


async def read_one(gateway: Gateway, record: ObjectRecord) -> ObjectAtStripe | None:
    """Read one refund, dispute or payout that no window reaches.

    None when Stripe does not know it.
    """
    try:
        if record.what == "refund":
            return _refund(await gateway.refunds.get(record.stripe_id))
        if record.what == "dispute":
            return _dispute(await gateway.disputes.get(record.stripe_id))
        payout = await gateway.payouts.get(record.stripe_id, account=record.account)
        return _payout(payout, record.vendor_id, record.account)
    except StripeMissing:
        return None


def _intent(intent: PaymentIntent) -> IntentAtStripe:
    is_ours = intent.metadata.get("platform") == PLATFORM
    number = intent.metadata.get("payment_id", "")
    is_id = number.isdecimal() and len(number) < 19
    return IntentAtStripe(
        id=intent.id,
        status=intent.status,
        amount=intent.amount,
        received=intent.amount_received,
        currency=intent.currency,
        charge_id=intent.latest_charge,
        payment_id=int(number) if is_ours and is_id else None,
        order_number=intent.metadata.get("order_number") if is_ours else None,
    )


def _refund(refund: StripeRefund) -> ObjectAtStripe:
    return ObjectAtStripe(
        what="refund",
        id=refund.id,
        state=refund.status,
        amount=refund.amount,
        currency=refund.currency,
        intent_id=refund.payment_intent,
    )


def _dispute(dispute: StripeDispute) -> ObjectAtStripe:
    return ObjectAtStripe(
        what="dispute",
        id=dispute.id,
        state=dispute.status,
        amount=dispute.amount,
        currency=dispute.currency,
        intent_id=dispute.payment_intent,
    )


def _payout(
    payout: StripePayout,
    vendor_id: int | None,
    account: str | None,
) -> ObjectAtStripe:
    return ObjectAtStripe(
        what="payout",
        id=payout.id,
        state=payout.status,
        amount=payout.amount,
        currency=payout.currency,
        vendor_id=vendor_id,
        account=account,
    )


def _transaction(
    row: BalanceTransaction,
    vendor_id: int | None,
    since: datetime | None,
) -> TransactionAtStripe:
    return TransactionAtStripe(
        id=row.id,
        type=row.type,
        amount=row.amount,
        fee=row.fee,
        net=row.net,
        currency=row.currency,
        source=row.source,
        links=row.links,
        vendor_id=vendor_id,
        recent=is_recent(row.created, since),
    )
