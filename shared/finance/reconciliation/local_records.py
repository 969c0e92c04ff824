"""Reading our own rows for a comparison, in pieces; the ledger's are in ledger_records.py.

Each comes with its id, which is its place among the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Sum
from tortoise.models import Model
from tortoise.queryset import QuerySet

from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.disputes.models import Dispute
from shared.finance.payments.models import Payment
from shared.finance.payouts.models import Payout
from shared.finance.reconciliation.claim_amounts import amounts_borne
from shared.finance.reconciliation.records import (
    ClaimRecord,
    MovementRecord,
    ObjectRecord,
    PaymentRecord,
)
from shared.finance.reconciliation.staging import Placed
from shared.finance.reconciliation.window import (
    before_then,
    is_recent,
    since_then,
)
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind, MovementState, signed
from shared.finance.refunds.models import Refund
from shared.infra.database.chunks import chunks
from shared.infra.database.reading import Values, in_pieces, those_with

# What will not change any more, so that it is not compared when it is old.
_FINISHED: Mapping[type[Model], Q] = {
    Refund: ~Q(status__in=["pending", "requires_action"]),
    Dispute: Q(status__in=["won", "lost", "warning_closed", "prevented"]),
    Payout: ~Q(status__in=["pending", "in_transit"]),
}
_PAYMENT = (
    "order_id",
    "order__number",
    "order__payment_status",
    "vendor_id",
    "status",
    "amount_total",
    "currency",
    "stripe_payment_intent_id",
    "stripe_charge_id",
    "stripe_transfer_id",
    "stripe_application_fee_id",
    "stripe_balance_transaction_id",
    "amount_stripe_fee",
    "intent_key",
    "order__marketplace_discount",
    "created_at",
)
_OBJECT = ("status", "amount", "currency", "vendor_id", "created_at")
_MOVEMENT = (
    "claim_id",
    "claim__subject",
    "kind",
    "status",
    "amount",
    "claim__currency",
    "claim__vendor_id",
    "stripe_id",
    "claim__payment_id",
    "created_at",
)
_CLAIM = (
    "subject",
    "vendor_id",
    "currency",
    "amount",
    "taken",
    "receivable",
    "written_off",
    "payment_id",
    "netted",
    "payment__intent_key",
    "payment__stripe_transfer_id",
    "payment__amount_vendor",
)
OBJECTS = tuple(_FINISHED)


async def payments(
    since: datetime | None,
    intents: Iterable[str],
) -> AsyncIterator[Placed[PaymentRecord]]:
    """Read payments of the window, and those that Stripe named."""
    query = Payment.all()
    async for rows in of_window(
        since_then(query, since),
        before_then(query, since),
        "stripe_payment_intent_id",
        intents,
        _PAYMENT,
    ):
        dated = [_dated(row, since) for row in rows]
        yield [(row[0], PaymentRecord(*row)) for row in dated]


async def of_window(
    query: QuerySet[Any],
    older: QuerySet[Any],
    column: str,
    named: Iterable[str],
    columns: Sequence[str],
) -> AsyncIterator[list[Values]]:
    """Read rows, and the older ones that Stripe named, which are none where all is read."""
    async for rows in in_pieces(query, columns):
        yield rows
    async for rows in those_with(older, column, named, columns):
        yield rows


def _dated(row: Values, since: datetime | None) -> Values:
    """Read a moment that a row ends with as whether that is recent."""
    return *row[:-1], is_recent(row[-1], since)


async def objects(
    model: type[Model],
    since: datetime | None,
    stripe_ids: Iterable[str],
) -> AsyncIterator[Placed[ObjectRecord]]:
    """Read refunds, disputes or payouts: of the window, named by Stripe, or unfinished."""
    what, finished = model.__name__.lower(), _FINISHED[model]
    stripe_id = f"stripe_{what}_id"
    query: QuerySet[Any] = model.filter(**{f"{stripe_id}__not_isnull": True})
    new = query if since is None else query.filter(_new(since) | ~finished)
    old = before_then(query.filter(finished), since)
    account = ["stripe_account_id"] if model is Payout else []
    columns = [stripe_id, *_OBJECT, *account]
    async for rows in of_window(new, old, stripe_id, stripe_ids, columns):
        yield [(row[0], _object(what, row, since)) for row in rows]


def _new(since: datetime) -> Q:
    return Q(created_at__gte=since)


def _object(
    what: str,
    row: Values,
    since: datetime | None,
) -> ObjectRecord:
    id_, stripe_id, state, amount, currency, vendor_id, created_at, *account = row
    return ObjectRecord(
        what,
        id_,
        stripe_id,
        state,
        amount,
        currency,
        vendor_id,
        account[0] if account else None,
        is_recent(created_at, since),
    )


async def movements(
    since: datetime | None, stripe_ids: Iterable[str]
) -> AsyncIterator[Placed[MovementRecord]]:
    """Read movements of the window, those that Stripe named, and those that were not finished."""
    query = Movement.all()
    opening = Q(status=MovementState.OPENING)
    new = query if since is None else query.filter(_new(since) | opening)
    old = before_then(query.filter(~opening), since)
    async for rows in of_window(new, old, "stripe_id", stripe_ids, _MOVEMENT):
        dated = [_dated(row, since) for row in rows]
        yield [(row[0], MovementRecord(*row)) for row in dated]


async def claims(since: datetime | None) -> AsyncIterator[Placed[ClaimRecord]]:
    """Read every claim that changed in the window, with what its finished movements come to."""
    query = Claim.all() if since is None else Claim.filter(updated_at__gte=since)
    out_of_reach = await _vendors_out_of_reach()
    async for rows in in_pieces(query, _CLAIM):
        moved = await _moved(row[0] for row in rows)
        bears: dict[str, int] = {}
        for chunk in chunks(row[1] for row in rows):
            bears |= await amounts_borne(chunk)
        known = (moved, bears, out_of_reach)
        yield [(row[0], _claim(row, *known)) for row in rows]


def _claim(
    row: Values,
    moved: Mapping[int, int],
    bears: Mapping[str, int],
    out_of_reach: set[int],
) -> ClaimRecord:
    *columns, payment_id, netted, intent_key, transfer_id, part = row
    id_, subject, vendor_id = row[:3]
    values = (
        *columns,
        moved.get(id_, 0),
        payment_id,
        bears.get(subject),
        netted,
        vendor_id in out_of_reach,
        intent_key is not None and transfer_id is None and part > 0,
    )
    return ClaimRecord(*values)


async def _vendors_out_of_reach() -> set[int]:
    gone = await VendorPaymentConfig.filter(deauthorized_at__not_isnull=True)
    return {row.vendor_id for row in gone}


async def _moved(claims: Iterable[int]) -> Mapping[int, int]:
    """Read what the finished movements of each claim come to."""
    moved: dict[int, int] = defaultdict(int)
    for chunk in chunks(claims):
        done = Movement.filter(claim_id__in=chunk, status=MovementState.DONE)
        sums = done.annotate(total=Sum("amount")).group_by("claim_id", "kind")
        for claim_id, kind, total in await sums.values_list(
            "claim_id", "kind", "total"
        ):
            moved[claim_id] += signed(MovementKind(kind), int(total))
    return moved


async def receivables() -> dict[tuple[int, str], int]:
    """Read what the claims say that each vendor owes: (vendor, currency) -> minor units."""
    query = Claim.filter(receivable__gt=0).annotate(total=Sum("receivable"))
    rows = query.group_by("vendor_id", "currency").values_list(
        "vendor_id", "currency", "total"
    )
    return {
        (vendor_id, currency): int(total) for vendor_id, currency, total in await rows
    }


async def configs() -> list[VendorPaymentConfig]:
    """Read every vendor's account as we keep it."""
    return await VendorPaymentConfig.filter(
        stripe_account_id__not_isnull=True
    ).order_by("vendor_id")
