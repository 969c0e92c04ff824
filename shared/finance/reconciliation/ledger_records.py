"""Reading the ledger for a comparison, in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime

from tortoise.functions import Count, Sum
from tortoise.models import Model

from shared.finance.ledger.chart import AT_STRIPE
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.finance.payments.models import Payment
from shared.finance.payouts.models import Payout, ReserveHold
from shared.finance.reconciliation.local_records import of_window
from shared.finance.reconciliation.records import LedgerLine, OpenPosting, PaymentRecord
from shared.finance.reconciliation.staging import Placed
from shared.finance.reconciliation.window import (
    before_then,
    is_recent,
    since_then,
)
from shared.finance.recovery.models import Claim, Movement
from shared.finance.refunds.models import Refund
from shared.infra.database.chunks import chunks
from shared.infra.database.columns import numbers_in, texts_in
from shared.infra.database.reading import Values, in_pieces

# The table whose row the keys of these kinds of postings name.
ROWS_OF: Mapping[str, type[Model]] = {
    "sale": Payment,
    "transferred": Payment,
    "stripe_fee": Payment,
    "parked": Payment,
    "unparked": Payment,
    "refund": Refund,
    "refund_undone": Refund,
    "refund_paid": Refund,
    "refund_returned": Refund,
    "moved": Movement,
    "receivable": Claim,
    "written_off": Claim,
    "payout_sent": Payout,
    "payout_arrived": Payout,
    "payout_reopened": Payout,
    "payout_returned": Payout,
    "reserved": ReserveHold,
    "released": ReserveHold,
}
KeysByRow = dict[
    str, dict[int, list[str]]
]  # kind -> id of the row that the key names -> keys
Sums = dict[tuple[str, int | None, str], int]
_LINE = (
    "vendor_id",
    "currency",
    "stripe_id",
    "amount",
    "posting__kind",
    "posting__key",
    "account",
    "created_at",
)


async def lines(
    since: datetime | None,
    stripe_ids: Iterable[str],
) -> AsyncIterator[Placed[LedgerLine]]:
    """Read the entries on balances at Stripe, of the window and about what Stripe named.

    Of all entries the others are left out here: to find them by their account, SQLite would sort
    them all for each piece.
    """
    at_stripe = LedgerEntry.filter(account__in=AT_STRIPE)
    new = LedgerEntry.all() if since is None else since_then(at_stripe, since)
    old = before_then(at_stripe, since)
    async for rows in of_window(new, old, "stripe_id", stripe_ids, _LINE):
        shown = [row for row in rows if row[7] in AT_STRIPE]
        yield [(row[0], _line(row, since)) for row in shown]


def _line(row: Values, since: datetime | None) -> LedgerLine:
    _, vendor_id, currency, stripe_id, amount, kind, key, _, created_at = row
    recent = is_recent(created_at, since)
    return LedgerLine(vendor_id, currency, stripe_id, amount, kind, key, recent)


async def posted(payments: Iterable[PaymentRecord]) -> frozenset[str]:
    """Read which of the postings that these payments must have are there."""
    wanted = [
        f"{kind}:{row.id}"
        for row in payments
        for kind in ("sale", "parked", "stripe_fee", "transferred")
    ]
    return await _existing(wanted)


async def _existing(keys: Iterable[str]) -> frozenset[str]:
    existing: set[str] = set()
    for chunk in chunks(keys):
        rows = LedgerPosting.filter(key__in=chunk)
        existing |= set(await texts_in(rows, "key"))
    return frozenset(existing)


async def orphans(since: datetime | None) -> frozenset[str]:
    """Read the postings whose key names a row that is not there.

    Those that were reversed for that are passed over.
    """
    alone: set[str] = set()
    query = since_then(LedgerPosting.filter(kind__in=[*ROWS_OF]), since)
    async for rows in in_pieces(query, ("kind", "key")):
        for kind, keys in _by_row(rows).items():
            there = await _existing_rows(ROWS_OF[kind], keys)
            alone |= {
                key for id_, names in keys.items() if id_ not in there for key in names
            }
    reversed_ = await _existing(f"reversed:{key}" for key in alone)
    return frozenset(alone - {key.removeprefix("reversed:") for key in reversed_})


def _by_row(postings: Iterable[Values]) -> KeysByRow:
    keys: KeysByRow = defaultdict(lambda: defaultdict(list))
    for _, kind, key in postings:
        number = str(key).split(":")[1]
        if number.isdecimal():
            keys[kind][int(number)].append(key)
    return keys


async def _existing_rows(
    model: type[Model],
    ids: Iterable[int],
) -> set[int]:
    existing: set[int] = set()
    for chunk in chunks(ids):
        rows = model.filter(id__in=chunk)
        existing |= set(await numbers_in(rows, "id"))
    return existing


async def is_orphan(posting: LedgerPosting) -> bool:
    """Say whether the row that this posting names is not there."""
    number = posting.key.split(":")[1]
    model = ROWS_OF.get(posting.kind)
    return (
        model is not None
        and number.isdecimal()
        and not await model.exists(id=int(number))
    )


async def open_postings() -> tuple[OpenPosting, ...]:
    """Read the postings that were never closed."""
    rows = []
    for posting in await LedgerPosting.filter(is_closed=False).order_by("id"):
        sums: dict[str, int] = defaultdict(int)
        entries = await LedgerEntry.filter(posting_id=posting.id)
        for entry in entries:
            sums[entry.currency] += entry.amount
        rows.append(
            OpenPosting(
                posting.key,
                len(entries),
                dict(sums),
            )
        )
    return tuple(rows)


async def sums() -> Sums:
    """Read what every account comes to: (account, vendor, currency) -> minor units."""
    groups = ("account", "vendor_id", "currency")
    query = LedgerEntry.all().annotate(
        total=Sum("amount"),
        entries=Count("id"),
    )
    rows = await query.group_by(*groups).values_list(*groups, "total")
    return {
        (account, vendor_id, currency): int(total)
        for account, vendor_id, currency, total in rows
    }
