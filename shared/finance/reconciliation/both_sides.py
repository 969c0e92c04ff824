"""Reading both sides of a comparison: Stripe first, so that nothing posted meanwhile is missed.

Long lists go to disk (staging.py), and of them only what may differ comes back (sifting.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from shared.core import clock
from shared.finance.ledger.chart import AT_STRIPE, Account
from shared.finance.reconciliation import (
    event_records,
    ledger_records,
    local_records,
    order_records,
    saved_method_records,
    stripe_records,
    vendor_earnings,
)
from shared.finance.reconciliation.ledger_records import Sums
from shared.finance.reconciliation.records import (
    AccountRecord,
    BothSides,
    ClaimRecord,
    IntentAtStripe,
    LedgerLine,
    MovementRecord,
    ObjectAtStripe,
    ObjectRecord,
    PaymentRecord,
    TransactionAtStripe,
)
from shared.finance.reconciliation.saved_method_records import SavedMethods
from shared.finance.reconciliation.sifting import sift
from shared.finance.reconciliation.staging import Staging
from shared.finance.reconciliation.statements import wrong_sums
from shared.finance.reconciliation.stripe_lists import (
    OLDER,
    StripeRecords,
    StripeWindow,
)
from shared.infra.gateway.gateway import Gateway

OVERLAP = timedelta(days=1)
EVENTS_BACK = timedelta(days=30)  # Stripe tells no older ones
OURS = 0  # the first list of ours, each in the order of its ids

Counted = dict[str, int]
Totals = dict[tuple[int | None, str], int]  # vendor and currency -> minor units


async def read(
    gateway: Gateway,
    since: datetime | None,
) -> tuple[BothSides, Counted]:
    """Read everything, or what happened since `since`: what may differ, and how much of each was
    looked at.
    """
    with Staging() as staging:
        at_stripe = await stripe_records.read(gateway, _window(since), staging)
        methods = await saved_method_records.read(gateway, since)
        lying = await _read_ours(gateway, at_stripe, since)
        both = await sift(staging)
    both = await _with_ledger(both, at_stripe, lying, since)
    both = replace(
        both,
        orders=await order_records.wrong_orders(),
        accounts=await _accounts(at_stripe),
        missed_events=await event_records.missed(at_stripe.undelivered),
        parked_events=await event_records.parked(),
        methods=methods.ours,
        methods_at_stripe=methods.at_stripe,
        detaching=methods.detaching,
    )
    return both, _counted(both, at_stripe, methods)


def _window(since: datetime | None) -> StripeWindow:
    overlap = since - OVERLAP if since else None
    return StripeWindow(since, overlap, events_since=clock.now() - EVENTS_BACK)


async def _read_ours(
    gateway: Gateway, at_stripe: StripeRecords, since: datetime | None
) -> Totals:
    """Stage what is ours; what its entries say that lies at Stripe."""
    staging, named = at_stripe.staging, at_stripe.named
    await _stage_objects(gateway, at_stripe, since)
    async for payments in local_records.payments(since, named.intents):
        staging.add(OURS, payments)
    async for movements in local_records.movements(since, named.ids):
        staging.add(OURS, movements)
    lying: Totals = defaultdict(int)
    async for lines in ledger_records.lines(since, named.ids):
        shown = [
            each for each in lines if each[1].vendor_id not in at_stripe.unreachable
        ]
        for _, line in shown:
            lying[line.vendor_id, line.currency] += line.amount
        staging.add(OURS, shown)
    async for claims in local_records.claims(since):
        staging.add(OURS, claims)
    return lying


async def _stage_objects(
    gateway: Gateway, at_stripe: StripeRecords, since: datetime | None
) -> None:
    """Stage refunds, disputes and payouts.

    Left out are the payouts of accounts that Stripe does not show us any more. What is older than
    the window and unfinished here is read from Stripe one by one: there are few.
    """
    named, gone = at_stripe.named.objects, at_stripe.unreachable
    older: list[ObjectRecord] = []
    for number, model in enumerate(local_records.OBJECTS):
        async for piece in local_records.objects(model, since, named):
            records = [each for _, each in piece if not each.recent]
            older += [each for each in records if each.stripe_id not in named]
            shown = [
                (id_, each)
                for id_, each in piece
                if each.what != "payout" or each.vendor_id not in gone
            ]
            at_stripe.staging.add(OURS + number, shown)
    at_stripe.add(OLDER, await _older(gateway, older))


async def _older(
    gateway: Gateway, records: Iterable[ObjectRecord]
) -> list[tuple[int, ObjectAtStripe]]:
    found: list[ObjectAtStripe] = []

    async def look(record: ObjectRecord) -> None:
        at_stripe = await stripe_records.read_one(gateway, record)
        if at_stripe is not None:
            found.append(at_stripe)

    await stripe_records.bounded(records, look)
    return list(enumerate(found))


async def _with_ledger(
    both: BothSides,
    at_stripe: StripeRecords,
    lying: Totals,
    since: datetime | None,
) -> BothSides:
    sums = await ledger_records.sums()
    # Where all entries were read, what these come to, so that no posting comes between.
    booked = _booked(sums) if since else lying
    return replace(
        both,
        receivables=_receivables(sums, await local_records.receivables()),
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


async def _accounts(at_stripe: StripeRecords) -> tuple[AccountRecord, ...]:
    records = []
    for config in await local_records.configs():
        if config.vendor_id in at_stripe.accounts:
            kept = stripe_records.account_fields(config, config.stripe_account_status)
            told = at_stripe.accounts[config.vendor_id]
            account = str(config.stripe_account_id)
            records.append(AccountRecord(config.vendor_id, account, kept, told))
    return tuple(records)


def _counted(
    both: BothSides, at_stripe: StripeRecords, methods: SavedMethods
) -> Counted:
    sizes = at_stripe.staging.sizes
    return {
        "payments": sizes[PaymentRecord],
        "intents": sizes[IntentAtStripe],
        "refunds, disputes and payouts": sizes[ObjectAtStripe],
        "movements": sizes[MovementRecord],
        "claims": sizes[ClaimRecord],
        "ledger entries": sizes[LedgerLine],
        "balance transactions": sizes[TransactionAtStripe],
        "balances": len(both.balances),
        "saved payment methods": methods.number,
        "accounts out of reach": len(at_stripe.unreachable),
    }
