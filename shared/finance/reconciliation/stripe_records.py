"""Reading Stripe for a comparison: page by page, a few accounts at a time, never one call a row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import TypeVar

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
from shared.finance.reconciliation.staging import Staging
from shared.finance.reconciliation.stripe_lists import (
    DISPUTES,
    INTENTS,
    REFUNDS,
    AccountRead,
    BooksRead,
    StripeRecords,
    StripeWindow,
)
from shared.finance.reconciliation.window import is_recent
from shared.infra.gateway.balance import BalanceLine
from shared.infra.gateway.balance_transactions import BalanceTransaction
from shared.infra.gateway.disputes import StripeDispute
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_intents import PaymentIntent
from shared.infra.gateway.payouts import StripePayout
from shared.infra.gateway.refunds import StripeRefund

ACCOUNTS_AT_ONCE = 4
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


async def read(
    gateway: Gateway, window: StripeWindow, staging: Staging
) -> StripeRecords:
    """Read everything that Stripe has, or what it made in the window."""
    records = StripeRecords(staging, window)
    since = window.since
    await asyncio.gather(
        records.take(INTENTS, gateway.payment_intents.pages(since=since), _intent),
        records.take(REFUNDS, gateway.refunds.pages(since=since), _refund),
        records.take(DISPUTES, gateway.disputes.pages(since=since), _dispute),
    )
    await _read_account(gateway, records, AccountRead())
    configs = VendorPaymentConfig.filter(stripe_account_id__not_isnull=True)
    vendors = await configs.order_by("vendor_id")
    await bounded(
        enumerate(vendors, 1),
        lambda numbered: _read_vendor(gateway, records, *numbered),
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
    number: int,
    config: VendorPaymentConfig,
) -> None:
    vendor_id = config.vendor_id
    if config.deauthorized_at is not None:
        records.unreachable.add(vendor_id)
        return
    of = AccountRead(vendor_id, str(config.stripe_account_id), number)
    try:
        facts = accounts.facts_of(await gateway.accounts.get(str(of.account)))
        records.accounts[vendor_id] = account_fields(facts, account_status(facts))
        await _read_account(gateway, records, of)
    except StripeMissing:
        records.forget(of.lists)
        records.unreachable.add(vendor_id)


def account_fields(of: object, status: str) -> dict[str, str]:
    """Name the compared fields of an account as words, of Stripe's facts or of our row."""
    fields = {name: str(getattr(of, name) or False) for name in ACCOUNT_FIELDS}
    return {"status": str(status), **fields}


async def _read_account(
    gateway: Gateway, records: StripeRecords, of: AccountRead
) -> None:
    """Read one account's payouts, undelivered events, books and balance."""
    window, account = records.window, of.account
    payouts, *books = of.lists
    await records.take(
        payouts,
        gateway.payouts.pages(account, since=window.since),
        lambda payout: _payout(payout, of.vendor_id, account),
    )
    events = await gateway.events.list(
        account,
        since=window.events_since,
        undelivered=True,
    )
    balance = await _read_books(gateway, records, of, books)
    records.undelivered += [
        EventAtStripe(each.id, each.type, of.vendor_id) for each in events
    ]
    totals = {(of.vendor_id, line.currency): line.total for line in balance}
    records.balances |= totals


async def _read_books(
    gateway: Gateway, records: StripeRecords, of: AccountRead, lists: Iterable[int]
) -> Iterable[BalanceLine]:
    """Read an account's books, and what came to them meanwhile; the balance that they come to.

    That balance has not moved during the last reading.
    """
    account, books = of.account, BooksRead(records.window.overlap)
    before = await gateway.balance.get(account)
    for number in lists:
        pages = gateway.balance_transactions.pages(account, since=books.since)
        await records.take(
            number,
            books.news(pages),
            lambda row: _transaction(row, of.vendor_id, records.window.since),
        )
        after = await gateway.balance.get(account)
        if after == before:
            break
        before = after
    return before


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
