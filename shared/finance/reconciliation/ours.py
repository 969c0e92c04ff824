"""Reading our own side for a comparison: the ledger and our rows, in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count, Sum
from tortoise.models import Model
from tortoise.queryset import QuerySet

from shared.finance.disputes.models import Dispute
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.finance.payments.models import Payment
from shared.finance.payouts.models import Payout, ReserveHold
from shared.finance.reconciliation.bearing import borne
from shared.finance.reconciliation.facts import ClaimRow, Line, Mirror, MovementRow, OpenPosting, PaymentRow
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind, MovementState, signed
from shared.finance.refunds.models import Refund
from shared.trade.vendors.models import VendorPaymentConfig

AT_STRIPE = (Account.STRIPE_PLATFORM.value, Account.STRIPE_VENDOR.value)
CHUNK = 500
# Kind of posting -> the table whose row its key names.
ROWS_OF: dict[str, type[Model]] = {
    "sale": Payment,
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


def chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    """The values, each once, in pieces that a query can name."""
    rest = list(dict.fromkeys(values))
    for start in range(0, len(rest), CHUNK):
        yield rest[start : start + CHUNK]


def _since(query: QuerySet[Any], since: datetime | None) -> QuerySet[Any]:
    return query if since is None else query.filter(created_at__gte=since)


async def payments(since: datetime | None, intents: Iterable[str]) -> tuple[PaymentRow, ...]:
    """Payments of the window, and those that Stripe named."""
    found: dict[int, Payment] = {p.id: p for p in await _since(Payment.all(), since).select_related("order")}
    if since is not None:
        for chunk in chunks(intents):
            more = await Payment.filter(stripe_payment_intent_id__in=chunk).select_related("order")
            found |= {p.id: p for p in more}
    return tuple(
        PaymentRow(
            id=p.id,
            order_id=p.order_id,
            order_number=p.order.number,
            order_state=p.order.payment_status,
            vendor_id=p.vendor_id,
            state=p.status,
            amount=p.amount_total,
            currency=p.currency,
            intent_id=p.stripe_payment_intent_id,
            charge_id=p.stripe_charge_id,
            transfer_id=p.stripe_transfer_id,
            fee_id=p.stripe_application_fee_id,
            transaction_id=p.stripe_balance_transaction_id,
            stripe_fee=p.amount_stripe_fee,
            recent=since is None or p.created_at >= since,
        )
        for p in sorted(found.values(), key=lambda p: p.id)
    )


async def mirrors(since: datetime | None, ids: Iterable[str]) -> tuple[Mirror, ...]:
    """Refunds, disputes and payouts of the window, and those that Stripe named or that are still open."""
    found: list[Mirror] = []
    named = list(ids)
    open_ = {
        Refund: Q(status__in=["pending", "requires_action"]),
        Dispute: ~Q(status__in=["won", "lost", "warning_closed", "prevented"]),
        Payout: Q(status__in=["pending", "in_transit"]),
    }
    for model, unfinished in open_.items():
        what = model.__name__.lower()
        field = f"stripe_{what}_id"
        query: QuerySet[Any] = model.filter(**{f"{field}__not_isnull": True})
        rows = {
            r.id: r for r in await (query if since is None else query.filter(Q(created_at__gte=since) | unfinished))
        }
        if since is not None:
            for chunk in chunks(named):
                rows |= {r.id: r for r in await query.filter(**{f"{field}__in": chunk})}
        found += [
            Mirror(
                what,
                r.id,
                getattr(r, field),
                r.status,
                r.amount,
                r.currency,
                r.vendor_id,
                getattr(r, "stripe_account_id", None),
                recent=since is None or r.created_at >= since,
            )
            for r in sorted(rows.values(), key=lambda r: r.id)
        ]
    return tuple(found)


async def movements(since: datetime | None, ids: Iterable[str]) -> tuple[MovementRow, ...]:
    """Movements of the window, those that Stripe named, and those that were not finished."""
    query = Movement.all().select_related("claim")
    if since is None:
        found = {m.id: m for m in await query}
    else:
        found = {m.id: m for m in await query.filter(Q(created_at__gte=since) | Q(status=MovementState.OPENING))}
        for chunk in chunks(ids):
            found |= {m.id: m for m in await query.filter(stripe_id__in=chunk)}
    return tuple(
        MovementRow(
            id=m.id,
            claim_id=m.claim_id,
            subject=m.claim.subject,
            kind=m.kind,
            state=m.status,
            amount=m.amount,
            currency=m.claim.currency,
            vendor_id=m.claim.vendor_id,
            stripe_id=m.stripe_id,
            payment_id=m.claim.payment_id,
            recent=since is None or m.created_at >= since,
        )
        for m in sorted(found.values(), key=lambda m: m.id)
    )


async def claims(since: datetime | None) -> tuple[ClaimRow, ...]:
    """Every claim that changed in the window, with what its finished movements come to."""
    rows = await (Claim.all() if since is None else Claim.filter(updated_at__gte=since)).order_by("id")
    gone = {row.vendor_id for row in await VendorPaymentConfig.filter(deauthorized_at__not_isnull=True)}
    moved: dict[int, int] = defaultdict(int)
    bears: dict[str, int] = {}
    for chunk in chunks(row.subject for row in rows):
        bears |= await borne(chunk)
    for chunk in chunks(row.id for row in rows):
        done = Movement.filter(claim_id__in=chunk, status=MovementState.DONE)
        sums = (
            await done.annotate(total=Sum("amount"))
            .group_by("claim_id", "kind")
            .values_list("claim_id", "kind", "total")
        )
        for claim_id, kind, total in sums:
            moved[claim_id] += signed(MovementKind(kind), int(total))
    return tuple(
        ClaimRow(
            c.id,
            c.subject,
            c.vendor_id,
            c.currency,
            c.amount,
            c.taken,
            c.receivable,
            c.written_off,
            moved[c.id],
            c.payment_id,
            bears.get(c.subject),
            c.netted,
            c.vendor_id in gone,
        )
        for c in rows
    )


async def lines(since: datetime | None, ids: Iterable[str]) -> tuple[Line, ...]:
    """The ledger's entries on balances at Stripe: those of the window, and those about what Stripe named."""
    columns = ("id", "vendor_id", "currency", "stripe_id", "amount", "posting__kind", "posting__key", "created_at")
    query = LedgerEntry.filter(account__in=AT_STRIPE)
    found = {row[0]: row for row in await _since(query, since).values_list(*columns)}
    if since is not None:
        for chunk in chunks(ids):
            found |= {row[0]: row for row in await query.filter(stripe_id__in=chunk).values_list(*columns)}
    return tuple(
        Line(vendor, currency, stripe_id, int(amount), kind, key, recent=since is None or at >= since)
        for _, vendor, currency, stripe_id, amount, kind, key, at in sorted(found.values())
    )


async def posted(rows: Iterable[PaymentRow]) -> frozenset[str]:
    """Which of the postings that these payments must have are there."""
    wanted = [f"{kind}:{row.id}" for row in rows for kind in ("sale", "parked", "stripe_fee")]
    found: set[str] = set()
    for chunk in chunks(wanted):
        found |= {str(key) for key in await LedgerPosting.filter(key__in=chunk).values_list("key", flat=True)}
    return frozenset(found)


async def orphans(since: datetime | None) -> frozenset[str]:
    """Postings whose key names a row that is not there; those that were reversed for that are passed over."""
    keys: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    query = LedgerPosting.filter(kind__in=[*ROWS_OF])
    for kind, key in await _since(query, since).values_list("kind", "key"):
        number = str(key).split(":")[1]
        if number.isdecimal():
            keys[kind][int(number)].append(key)
    found: set[str] = set()
    for kind, by_id in keys.items():
        there: set[int] = set()
        for chunk in chunks(by_id):
            there |= {int(id_) for id_ in await ROWS_OF[kind].filter(id__in=chunk).values_list("id", flat=True)}  # type: ignore[call-overload]
        found |= {key for id_, names in by_id.items() if id_ not in there for key in names}
    for chunk in chunks(f"reversed:{key}" for key in found):
        done = await LedgerPosting.filter(key__in=chunk).values_list("key", flat=True)
        found -= {str(key).removeprefix("reversed:") for key in done}
    return frozenset(found)


async def is_orphan(posting: LedgerPosting) -> bool:
    """Whether the row that this posting names is not there."""
    number = posting.key.split(":")[1]
    model = ROWS_OF.get(posting.kind)
    return model is not None and number.isdecimal() and not await model.exists(id=int(number))


async def open_postings() -> tuple[OpenPosting, ...]:
    """Postings that were never closed."""
    found = []
    for row in await LedgerPosting.filter(is_closed=False).order_by("id"):
        sums: dict[str, int] = defaultdict(int)
        entries = await LedgerEntry.filter(posting_id=row.id)
        for entry in entries:
            sums[entry.currency] += entry.amount
        found.append(OpenPosting(row.key, len(entries), dict(sums)))
    return tuple(found)


async def sums() -> dict[tuple[str, int | None, str], int]:
    """What every account comes to: (account, vendor, currency) -> minor units."""
    rows = (
        await LedgerEntry.all()
        .annotate(total=Sum("amount"), entries=Count("id"))
        .group_by("account", "vendor_id", "currency")
        .values_list("account", "vendor_id", "currency", "total")
    )
    return {(account, vendor_id, currency): int(total) for account, vendor_id, currency, total in rows}


async def receivables() -> dict[tuple[int, str], int]:
    """What the claims say that each vendor owes."""
    rows = await (
        Claim.filter(receivable__gt=0)
        .annotate(total=Sum("receivable"))
        .group_by("vendor_id", "currency")
        .values_list("vendor_id", "currency", "total")
    )
    return {(vendor_id, currency): int(total) for vendor_id, currency, total in rows}


async def configs() -> list[VendorPaymentConfig]:
    """Every vendor's account as we keep it."""
    return await VendorPaymentConfig.filter(stripe_account_id__not_isnull=True).order_by("vendor_id")
