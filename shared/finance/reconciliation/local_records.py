"""Reading our own rows for a comparison, in few queries; the ledger's are in ledger_records.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

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
from shared.finance.reconciliation.window import is_recent, since_then
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind, MovementState, signed
from shared.finance.refunds.models import Refund
from shared.infra.database.chunks import chunks

Row = TypeVar("Row", Payment, Movement)

# What may still change, so that it is compared however old it is.
_UNFINISHED: Mapping[type[Model], Q] = {
    Refund: Q(status__in=["pending", "requires_action"]),
    Dispute: ~Q(status__in=["won", "lost", "warning_closed", "prevented"]),
    Payout: Q(status__in=["pending", "in_transit"]),
}


async def payments(
    since: datetime | None,
    intents: Iterable[str],
) -> tuple[PaymentRecord, ...]:
    """Read payments of the window, and those that Stripe named."""
    query = Payment.all().select_related("order")
    rows = _by_id(await since_then(query, since))
    if since is not None:
        for chunk in chunks(intents):
            rows |= _by_id(await query.filter(stripe_payment_intent_id__in=chunk))
    return tuple(_payment(rows[id_], since) for id_ in sorted(rows))


def _by_id(rows: Iterable[Row]) -> dict[int, Row]:
    return {row.id: row for row in rows}


def _payment(row: Payment, since: datetime | None) -> PaymentRecord:
    return PaymentRecord(
        id=row.id,
        order_id=row.order_id,
        order_number=row.order.number,
        order_state=row.order.payment_status,
        vendor_id=row.vendor_id,
        state=row.status,
        amount=row.amount_total,
        currency=row.currency,
        intent_id=row.stripe_payment_intent_id,
        charge_id=row.stripe_charge_id,
        transfer_id=row.stripe_transfer_id,
        fee_id=row.stripe_application_fee_id,
        transaction_id=row.stripe_balance_transaction_id,
        stripe_fee=row.amount_stripe_fee,
        recent=is_recent(row.created_at, since),
    )


async def objects(
    since: datetime | None,
    stripe_ids: Iterable[str],
) -> tuple[ObjectRecord, ...]:
    """Read refunds, disputes and payouts: of the window, named by Stripe, or unfinished."""
    named = list(stripe_ids)
    records: list[ObjectRecord] = []
    for model in _UNFINISHED:
        rows = await _objects_of(model, since, named)
        records += [_object(model, rows[id_], since) for id_ in sorted(rows)]
    return tuple(records)


async def _objects_of(
    model: type[Model],
    since: datetime | None,
    named: list[str],
) -> dict[int, Any]:
    field = _stripe_id_field(model)
    query: QuerySet[Any] = model.filter(**{f"{field}__not_isnull": True})
    if since is None:
        return {row.id: row for row in await query}
    rows = {
        row.id: row
        for row in await query.filter(Q(created_at__gte=since) | _UNFINISHED[model])
    }
    for chunk in chunks(named):
        rows |= {row.id: row for row in await query.filter(**{f"{field}__in": chunk})}
    return rows


def _stripe_id_field(model: type[Model]) -> str:
    return f"stripe_{model.__name__.lower()}_id"


def _object(
    model: type[Model],
    row: Any,
    since: datetime | None,
) -> ObjectRecord:
    return ObjectRecord(
        what=model.__name__.lower(),
        id=row.id,
        stripe_id=getattr(row, _stripe_id_field(model)),
        state=row.status,
        amount=row.amount,
        currency=row.currency,
        vendor_id=row.vendor_id,
        account=getattr(row, "stripe_account_id", None),
        recent=is_recent(row.created_at, since),
    )


async def movements(
    since: datetime | None, stripe_ids: Iterable[str]
) -> tuple[MovementRecord, ...]:
    """Read movements of the window, those that Stripe named, and those that were not finished."""
    query = Movement.all().select_related("claim")
    if since is None:
        rows = _by_id(await query)
    else:
        in_window = Q(created_at__gte=since) | Q(status=MovementState.OPENING)
        rows = _by_id(await query.filter(in_window))
        for chunk in chunks(stripe_ids):
            rows |= _by_id(await query.filter(stripe_id__in=chunk))
    return tuple(_movement(rows[id_], since) for id_ in sorted(rows))


def _movement(row: Movement, since: datetime | None) -> MovementRecord:
    return MovementRecord(
        id=row.id,
        claim_id=row.claim_id,
        subject=row.claim.subject,
        kind=row.kind,
        state=row.status,
        amount=row.amount,
        currency=row.claim.currency,
        vendor_id=row.claim.vendor_id,
        stripe_id=row.stripe_id,
        payment_id=row.claim.payment_id,
        recent=is_recent(row.created_at, since),
    )


async def claims(since: datetime | None) -> tuple[ClaimRecord, ...]:
    """Read every claim that changed in the window, with what its finished movements come to."""
    query = Claim.all() if since is None else Claim.filter(updated_at__gte=since)
    rows = await query.order_by("id")
    out_of_reach = await _vendors_out_of_reach()
    moved = await _moved(rows)
    bears: dict[str, int] = {}
    for chunk in chunks(row.subject for row in rows):
        bears |= await amounts_borne(chunk)
    return tuple(
        ClaimRecord(
            id=row.id,
            subject=row.subject,
            vendor_id=row.vendor_id,
            currency=row.currency,
            amount=row.amount,
            taken=row.taken,
            receivable=row.receivable,
            written_off=row.written_off,
            moved=moved.get(row.id, 0),
            payment_id=row.payment_id,
            bears=bears.get(row.subject),
            netted=row.netted,
            cannot_be_sent=row.vendor_id in out_of_reach,
        )
        for row in rows
    )


async def _vendors_out_of_reach() -> set[int]:
    gone = await VendorPaymentConfig.filter(deauthorized_at__not_isnull=True)
    return {row.vendor_id for row in gone}


async def _moved(rows: Iterable[Claim]) -> Mapping[int, int]:
    """Read what the finished movements of each claim come to."""
    moved: dict[int, int] = defaultdict(int)
    for chunk in chunks(row.id for row in rows):
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
