"""Reading Stripe for a comparison: whole lists, page after page, a few accounts at a time; never one call a row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from shared.finance.reconciliation.facts import Event, Intent, Thing, Transaction
from shared.infra.gateway.balance_transactions import BalanceTransaction
from shared.infra.gateway.disputes import StripeDispute
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_intents import PaymentIntent
from shared.infra.gateway.payouts import StripePayout
from shared.infra.gateway.refunds import StripeRefund
from shared.trade.vendors import accounts
from shared.trade.vendors.models import VendorPaymentConfig
from shared.trade.vendors.rules import account_status

ACCOUNTS_AT_ONCE = 4
PLATFORM = "markethall"
T = TypeVar("T")


@dataclass
class Theirs:
    """What Stripe says. `accounts`: vendor -> its account's fields; `unreachable` vendors took our access away."""

    intents: tuple[Intent, ...] = ()
    things: list[Thing] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    balances: dict[tuple[int | None, str], int] = field(default_factory=dict)
    accounts: dict[int, dict[str, str]] = field(default_factory=dict)
    missed: list[Event] = field(default_factory=list)
    unreachable: set[int] = field(default_factory=set)


async def read(gateway: Gateway, *, since: datetime | None, events_since: datetime, overlap: datetime | None) -> Theirs:
    """Everything that Stripe has, or what it made since `since`; rows of books from `overlap` on, so that none is cut in two."""
    found = Theirs()
    intents, refunds, disputes = await asyncio.gather(
        gateway.payment_intents.list(since=since), gateway.refunds.list(since=since), gateway.disputes.list(since=since)
    )
    found.intents = tuple(_intent(i) for i in intents)
    found.things += [_refund(r) for r in refunds]
    found.things += [_dispute(d) for d in disputes]
    window = _Window(since, overlap, events_since)
    await _account(gateway, found, None, None, window)
    configs = await VendorPaymentConfig.filter(stripe_account_id__not_isnull=True).order_by("vendor_id")
    await bounded(configs, lambda c: _vendor(gateway, found, c, window))
    return found


async def bounded(items: Iterable[T], work: Callable[[T], Awaitable[None]], at_once: int = ACCOUNTS_AT_ONCE) -> None:
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


@dataclass(frozen=True)
class _Window:
    since: datetime | None
    overlap: datetime | None
    events_since: datetime


async def _vendor(gateway: Gateway, found: Theirs, config: VendorPaymentConfig, window: _Window) -> None:
    account = str(config.stripe_account_id)
    if config.deauthorized_at is not None:
        found.unreachable.add(config.vendor_id)
        return
    try:
        facts = accounts.facts_of(await gateway.accounts.get(account))
        found.accounts[config.vendor_id] = account_fields(facts, account_status(facts))
        await _account(gateway, found, config.vendor_id, account, window)
    except StripeMissing:
        found.unreachable.add(config.vendor_id)


def account_fields(of: object, status: str) -> dict[str, str]:
    """The fields of an account that are compared, as words; of Stripe's facts or of our row alike."""
    names = (
        "charges_enabled",
        "payouts_enabled",
        "details_submitted",
        "transfers_active",
        "external_account_errored",
        "disabled_reason",
    )
    return {"status": str(status), **{name: str(getattr(of, name) or False) for name in names}}


async def _account(
    gateway: Gateway, found: Theirs, vendor_id: int | None, account: str | None, window: _Window
) -> None:
    """One account's books, payouts, missed events and balance. The balance that frames the books has not moved meanwhile."""
    payouts = await gateway.payouts.list(account, since=window.since)
    events = await gateway.events.list(account, since=window.events_since, undelivered=True)
    before = await gateway.balance.get(account)
    for _ in range(3):
        rows = await gateway.balance_transactions.list(account, since=window.overlap)
        after = await gateway.balance.get(account)
        if after == before:
            break
        before = after
    found.things += [_payout(p, vendor_id, account) for p in payouts]
    found.missed += [Event(e.id, e.type, vendor_id) for e in events]
    found.transactions += [_transaction(t, vendor_id, window.since) for t in rows if t.balance_type == "payments"]
    found.balances |= {(vendor_id, line.currency): line.total for line in after}


async def one(gateway: Gateway, what: str, stripe_id: str, account: str | None, vendor_id: int | None) -> Thing | None:
    """One refund, dispute or payout that no window reaches; None when Stripe does not know it."""
    try:
        if what == "refund":
            return _refund(await gateway.refunds.get(stripe_id))
        if what == "dispute":
            return _dispute(await gateway.disputes.get(stripe_id))
        return _payout(await gateway.payouts.get(stripe_id, account=account), vendor_id, account)
    except StripeMissing:
        return None


def _intent(i: PaymentIntent) -> Intent:
    ours = i.metadata.get("platform") == PLATFORM
    number = i.metadata.get("payment_id", "")
    return Intent(
        id=i.id,
        status=i.status,
        amount=i.amount,
        received=i.amount_received,
        currency=i.currency,
        charge_id=i.latest_charge,
        payment_id=int(number) if ours and number.isdecimal() and len(number) < 19 else None,
        order_number=i.metadata.get("order_number") if ours else None,
    )


def _refund(r: StripeRefund) -> Thing:
    return Thing("refund", r.id, r.status, r.amount, r.currency, intent_id=r.payment_intent)


def _dispute(d: StripeDispute) -> Thing:
    return Thing("dispute", d.id, d.status, d.amount, d.currency, intent_id=d.payment_intent)


def _payout(p: StripePayout, vendor_id: int | None, account: str | None) -> Thing:
    return Thing("payout", p.id, p.status, p.amount, p.currency, vendor_id, account)


def _transaction(t: BalanceTransaction, vendor_id: int | None, since: datetime | None) -> Transaction:
    recent = since is None or t.created >= since
    return Transaction(t.id, t.type, t.amount, t.fee, t.net, t.currency, t.source, t.links, vendor_id, recent)
