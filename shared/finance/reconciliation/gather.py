"""Both sides of a comparison, read one after the other: Stripe first, so that what we post meanwhile is not missed."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.core import clock
from shared.finance.inbox.handlers import handlers
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.rules import EventStatus
from shared.finance.ledger.chart import Account
from shared.finance.reconciliation import earned, ours, saved_sides, theirs
from shared.finance.reconciliation.facts import AccountRow, Event, Facts, Line, Mirror, Thing
from shared.finance.reconciliation.order_sums import order_sums
from shared.finance.reconciliation.theirs import Theirs
from shared.infra.gateway.gateway import Gateway
from shared.infra.references import service as references

OVERLAP = timedelta(days=1)
EVENTS_BACK = timedelta(days=30)  # Stripe tells no older ones


async def gather(gateway: Gateway, since: datetime | None) -> tuple[Facts, dict[str, int]]:
    """Everything, or what happened since `since`; and how much of each was looked at."""
    overlap = since - OVERLAP if since else None
    read = await theirs.read(gateway, since=since, events_since=clock.now() - EVENTS_BACK, overlap=overlap)
    things = read.things
    shoppers = await saved_sides.customers(since)
    held = await saved_sides.held(gateway, shoppers)
    mirrors = await ours.mirrors(since, [thing.id for thing in things])
    things += await _left_open(gateway, mirrors, things)
    intents = [i.id for i in read.intents] + [
        str(t.links["payment_intent"]) for t in read.transactions if "payment_intent" in t.links
    ]
    payments = await ours.payments(since, intents + [thing.intent_id for thing in things if thing.intent_id])
    ids = {t.id for t in read.transactions} | {t.source for t in read.transactions if t.source} | set(intents)
    ids |= {value for t in read.transactions for value in t.links.values()}
    movements = await ours.movements(since, ids)
    loose = {t.source for t in read.transactions if t.type == "transfer_refund" and t.source}
    loose -= {m.stripe_id for m in movements}
    lines = tuple(line for line in await ours.lines(since, ids) if line.vendor_id not in read.unreachable)
    sums = await ours.sums()
    claimed = await ours.receivables()
    facts = Facts(
        payments=payments,
        intents=read.intents,
        mirrors=tuple(m for m in mirrors if m.vendor_id not in read.unreachable or m.what != "payout"),
        things=tuple(things),
        movements=movements,
        claims=await ours.claims(since),
        orders=await order_sums(since),
        accounts=await _accounts(read),
        transactions=tuple(read.transactions),
        lines=lines,
        posted=await ours.posted(payments),
        orphans=await ours.orphans(since),
        open_postings=await ours.open_postings(),
        ledger_sums=_together(sums),
        receivables=_receivables(sums, claimed),
        balances=_balances(_booked(sums) if since else _added(lines), read),
        earned=await earned.read(sums),
        remembered=await references.known(loose),
        missed=await _unknown_events(read.missed),
        parked=await _parked_events(),
        method_rows=await saved_sides.rows(shoppers),
        held_methods=held,
        leaving_methods=await saved_sides.leaving(),
    )
    return facts, _compared(facts, read)


async def _left_open(gateway: Gateway, mirrors: tuple[Mirror, ...], told: list[Thing]) -> list[Thing]:
    """What is older than the window and was still open here: asked for one by one, there are few."""
    known = {thing.id for thing in told}
    found: list[Thing] = []

    async def look(row: Mirror) -> None:
        thing = await theirs.one(gateway, row.what, row.stripe_id, row.account, row.vendor_id)
        if thing is not None:
            found.append(thing)

    await theirs.bounded([row for row in mirrors if not row.recent and row.stripe_id not in known], look)
    return found


def _together(sums: dict[tuple[str, int | None, str], int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_, _, currency), total in sums.items():
        found[currency] = found.get(currency, 0) + total
    return found


def _receivables(
    sums: dict[tuple[str, int | None, str], int], claimed: dict[tuple[int, str], int]
) -> dict[tuple[int, str], tuple[int, int]]:
    booked = {
        (int(vendor or 0), currency): total
        for (account, vendor, currency), total in sums.items()
        if account == Account.VENDOR_RECEIVABLE
    }
    return {place: (booked.get(place, 0), claimed.get(place, 0)) for place in {**booked, **claimed}}


Places = dict[tuple[int | None, str], int]


def _booked(sums: dict[tuple[str, int | None, str], int]) -> Places:
    return {
        (vendor, currency): total for (account, vendor, currency), total in sums.items() if account in ours.AT_STRIPE
    }


def _added(lines: tuple[Line, ...]) -> Places:
    """The same where all entries were read: one reading, so that nothing that is posted meanwhile comes between."""
    found: Places = {}
    for line in lines:
        place = (line.vendor_id, line.currency)
        found[place] = found.get(place, 0) + line.amount
    return found


def _balances(booked: Places, read: Theirs) -> dict[tuple[int | None, str], tuple[int, int]]:
    places = {place for place in {**booked, **read.balances} if place[0] not in read.unreachable}
    return {
        place: (booked.get(place, 0), read.balances.get(place, 0))
        for place in sorted(places, key=lambda p: (p[0] or 0, p[1]))
    }


async def _accounts(read: Theirs) -> tuple[AccountRow, ...]:
    return tuple(
        AccountRow(
            c.vendor_id,
            str(c.stripe_account_id),
            theirs.account_fields(c, c.stripe_account_status),
            read.accounts[c.vendor_id],
        )
        for c in await ours.configs()
        if c.vendor_id in read.accounts
    )


async def _unknown_events(missed: list[Event]) -> tuple[Event, ...]:
    missed = [
        event for event in missed if event.type in handlers()["platform" if event.vendor_id is None else "connect"]
    ]
    known: set[str] = set()
    for start in range(0, len(missed), ours.CHUNK):
        ids = [event.id for event in missed[start : start + ours.CHUNK]]
        known |= {
            str(i) for i in await WebhookEvent.filter(stripe_event_id__in=ids).values_list("stripe_event_id", flat=True)
        }
    return tuple(event for event in missed if event.id not in known)


async def _parked_events() -> tuple[Event, ...]:
    rows = await WebhookEvent.filter(status=EventStatus.PARKED).order_by("id").limit(100)
    return tuple(Event(row.stripe_event_id, row.type) for row in rows)


def _compared(facts: Facts, read: Theirs) -> dict[str, int]:
    return {
        "payments": len(facts.payments),
        "intents": len(facts.intents),
        "refunds, disputes and payouts": len(facts.things),
        "movements": len(facts.movements),
        "claims": len(facts.claims),
        "ledger entries": len(facts.lines),
        "balance transactions": len(facts.transactions),
        "balances": len(facts.balances),
        "saved payment methods": len(facts.method_rows),
        "accounts out of reach": len(read.unreachable),
    }
