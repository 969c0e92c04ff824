"""Reading both sides of a comparison: Stripe first, so that nothing posted meanwhile is missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from shared.core import clock
from shared.finance.ledger.chart import Account
from shared.finance.reconciliation import (
    event_records,
    ledger_records,
    local_records,
    order_records,
    saved_method_records,
    stripe_records,
    vendor_earnings,
)
from shared.finance.reconciliation.ledger_records import AT_STRIPE, Sums
from shared.finance.reconciliation.records import (
    AccountRecord,
    BothSides,
    LedgerLine,
    ObjectAtStripe,
    ObjectRecord,
)
from shared.finance.reconciliation.statements import wrong_sums
from shared.finance.reconciliation.stripe_records import StripeRecords, StripeWindow
from shared.infra.gateway.gateway import Gateway
from shared.infra.references import service as references

OVERLAP = timedelta(days=1)
EVENTS_BACK = timedelta(days=30)  # Stripe tells no older ones

Counted = dict[str, int]
Totals = dict[tuple[int | None, str], int]  # vendor and currency -> minor units


async def read(gateway: Gateway, since: datetime | None) -> tuple[BothSides, Counted]:
    """Read everything, or what happened since `since`; and how much of each was looked at."""
    at_stripe = await stripe_records.read(gateway, _window(since))
    customers = await saved_method_records.customers(since)
    methods_at_stripe = await saved_method_records.at_stripe(gateway, customers)
    objects = await local_records.objects(
        since,
        [each.id for each in at_stripe.objects],
    )
    at_stripe.objects += await _older(gateway, objects, at_stripe.objects)
    both = await _with_payments(at_stripe, since)
    both = await _with_ledger(both, at_stripe, since)
    both = replace(
        both,
        objects=_comparable(objects, at_stripe),
        claims=await local_records.claims(since),
        orders=await order_records.orders(since),
        accounts=await _accounts(at_stripe),
        remembered=await _remembered(both),
        missed_events=await event_records.missed(at_stripe.undelivered),
        parked_events=await event_records.parked(),
        methods=await saved_method_records.local(customers),
        methods_at_stripe=methods_at_stripe,
        detaching=await saved_method_records.detaching(),
    )
    return both, _counted(both, at_stripe)


def _window(since: datetime | None) -> StripeWindow:
    overlap = since - OVERLAP if since else None
    return StripeWindow(since, overlap, events_since=clock.now() - EVENTS_BACK)


async def _older(
    gateway: Gateway,
    objects: Iterable[ObjectRecord],
    told: Iterable[ObjectAtStripe],
) -> list[ObjectAtStripe]:
    """Read what is older than the window and unfinished here, one by one: there are few."""
    known = {each.id for each in told}
    older: list[ObjectAtStripe] = []

    async def look(record: ObjectRecord) -> None:
        at_stripe = await stripe_records.read_one(gateway, record)
        if at_stripe is not None:
            older.append(at_stripe)

    asked = [
        each for each in objects if not each.recent and each.stripe_id not in known
    ]
    await stripe_records.bounded(asked, look)
    return older


async def _with_payments(at_stripe: StripeRecords, since: datetime | None) -> BothSides:
    """Stripe's objects with our payments and movements."""
    return BothSides(
        payments=await local_records.payments(since, _intents_named(at_stripe)),
        intents=at_stripe.intents,
        objects_at_stripe=tuple(at_stripe.objects),
        movements=await local_records.movements(since, _ids_named(at_stripe)),
        transactions=tuple(at_stripe.transactions),
    )


def _intents_named(at_stripe: StripeRecords) -> list[str]:
    return [
        *_payment_intents(at_stripe),
        *(each.intent_id for each in at_stripe.objects if each.intent_id),
    ]


def _payment_intents(at_stripe: StripeRecords) -> list[str]:
    linked = [
        t.links["payment_intent"]
        for t in at_stripe.transactions
        if "payment_intent" in t.links
    ]
    return [intent.id for intent in at_stripe.intents] + [str(id_) for id_ in linked]


def _ids_named(at_stripe: StripeRecords) -> set[str]:
    ids = set(_payment_intents(at_stripe))
    for t in at_stripe.transactions:
        ids |= {t.id, *t.links.values()}
        if t.source:
            ids.add(t.source)
    return ids


async def _with_ledger(
    both: BothSides, at_stripe: StripeRecords, since: datetime | None
) -> BothSides:
    lines = await ledger_records.lines(since, _ids_named(at_stripe))
    lines = tuple(line for line in lines if line.vendor_id not in at_stripe.unreachable)
    sums = await ledger_records.sums()
    booked = _booked(sums) if since else _added(lines)
    return replace(
        both,
        lines=lines,
        receivables=_receivables(sums, await local_records.receivables()),
        posted=await ledger_records.posted(both.payments),
        orphans=await ledger_records.orphans(since),
        open_postings=await ledger_records.open_postings(),
        wrong_sums=await wrong_sums(),
        ledger_sums=_by_currency(sums),
        balances=_balances(booked, at_stripe),
        earnings=await vendor_earnings.read(sums),
    )


def _booked(sums: Sums) -> Totals:
    """What the ledger says that lies at Stripe."""
    return {
        (vendor_id, currency): total
        for (account, vendor_id, currency), total in sums.items()
        if account in AT_STRIPE
    }


def _added(lines: Iterable[LedgerLine]) -> Totals:
    """The same where all entries were read: one reading, so that no posting comes between."""
    totals: Totals = defaultdict(int)
    for line in lines:
        totals[line.vendor_id, line.currency] += line.amount
    return dict(totals)


def _receivables(
    sums: Sums, claimed: dict[tuple[int, str], int]
) -> dict[tuple[int, str], tuple[int, int]]:
    booked = {
        (int(vendor_id or 0), currency): total
        for (account, vendor_id, currency), total in sums.items()
        if account == Account.VENDOR_RECEIVABLE
    }
    both = {}
    for place in [*booked, *claimed]:
        both[place] = (
            booked.get(place, 0),
            claimed.get(place, 0),
        )
    return both


def _by_currency(sums: Sums) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for (_, _, currency), total in sums.items():
        totals[currency] += total
    return dict(totals)


def _vendors_in_order(place: tuple[int | None, str]) -> tuple[int, str]:
    return place[0] or 0, place[1]


def _balances(
    booked: Totals, at_stripe: StripeRecords
) -> dict[tuple[int | None, str], tuple[int, int]]:
    told = at_stripe.balances
    places = {*booked, *told}
    both = {}
    for place in sorted(places, key=_vendors_in_order):
        if place[0] not in at_stripe.unreachable:
            both[place] = (
                booked.get(place, 0),
                told.get(place, 0),
            )
    return both


def _comparable(
    objects: Iterable[ObjectRecord], at_stripe: StripeRecords
) -> tuple[ObjectRecord, ...]:
    """Leave out the payouts of accounts that Stripe does not show us any more."""
    gone = at_stripe.unreachable
    return tuple(
        each for each in objects if each.what != "payout" or each.vendor_id not in gone
    )


async def _accounts(at_stripe: StripeRecords) -> tuple[AccountRecord, ...]:
    records = []
    for config in await local_records.configs():
        if config.vendor_id in at_stripe.accounts:
            kept = stripe_records.account_fields(config, config.stripe_account_status)
            told = at_stripe.accounts[config.vendor_id]
            account = str(config.stripe_account_id)
            records.append(AccountRecord(config.vendor_id, account, kept, told))
    return tuple(records)


async def _remembered(both: BothSides) -> frozenset[str]:
    """Which reversals without a row of ours were once known to belong to something."""
    reversals = {
        t.source for t in both.transactions if t.type == "transfer_refund" and t.source
    }
    return await references.known(
        reversals - {each.stripe_id for each in both.movements}
    )


def _counted(both: BothSides, at_stripe: StripeRecords) -> Counted:
    return {
        "payments": len(both.payments),
        "intents": len(both.intents),
        "refunds, disputes and payouts": len(both.objects_at_stripe),
        "movements": len(both.movements),
        "claims": len(both.claims),
        "ledger entries": len(both.lines),
        "balance transactions": len(both.transactions),
        "balances": len(both.balances),
        "saved payment methods": len(both.methods),
        "accounts out of reach": len(at_stripe.unreachable),
    }
