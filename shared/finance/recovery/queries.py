"""What vendors owe, for their own pages and the operator's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tortoise.expressions import F, Subquery
from tortoise.functions import Sum

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.recovery.errors import NothingOwed
from shared.finance.recovery.models import Claim
from shared.finance.recovery.rules import CONTRIBUTION
from shared.finance.recovery.statements import OWED
from shared.infra.database.raw_sql import Record, moment_in
from shared.infra.database.several import Found


@frozen
class Owed:
    """One debt: what a refund or a dispute took that the vendor's balance did not cover."""

    claim_id: int
    subject: str
    order_number: str
    vendor_id: int
    vendor_name: str
    since: datetime
    left: Money
    whole: Money


async def owed_by(
    vendor_id: int | None = None,
    *,
    limit: int = 100,
) -> tuple[Owed, ...]:
    """Open debts, the oldest first; of one vendor or of all."""
    query = Claim.filter(receivable__gt=0)
    if vendor_id is not None:
        query = query.filter(vendor_id=vendor_id)
    rows = (
        await query.order_by("owed_since", "id")
        .limit(limit)
        .select_related("order", "vendor")
    )
    return tuple(_owed(row) for row in rows)


def owed_in(found: Found) -> tuple[Owed, ...]:
    """What `owed_by` answers for one vendor, of what was read."""
    return tuple(map(_owed_at, found.records(OWED)))


def _owed_at(record: Record) -> Owed:
    since = moment_in(record["owed_since"]) or moment_in(record["updated_at"])
    assert since is not None
    return Owed(
        claim_id=record["id"],
        subject=record["subject"],
        order_number=record["number"],
        vendor_id=record["vendor_id"],
        vendor_name=record["name"],
        since=since,
        left=Money(record["receivable"], record["currency"]),
        whole=Money(record["amount"], record["currency"]),
    )


@frozen
class Waiting:
    """What the platform owes a vendor that it cannot reach: it took our access to its Stripe
    account away.
    """

    order_number: str
    subject: str
    vendor_id: int
    vendor_name: str
    since: datetime
    amount: Money


async def waiting_for_vendors(*, limit: int = 100) -> tuple[Waiting, ...]:
    """What is sent to vendors once they connect their account again, the oldest first."""
    gone = VendorPaymentConfig.filter(deauthorized_at__not_isnull=True)
    whose = Subquery(gone.values("vendor_id"))
    borne = Claim.exclude(subject__startswith=CONTRIBUTION)
    too_much = borne.filter(taken__gt=F("amount") - F("netted"))
    rows = too_much.filter(vendor_id__in=whose).order_by("id").limit(limit)
    found = await rows.select_related("order", "vendor")
    of_these = gone.filter(vendor_id__in={row.vendor_id for row in found})
    since = dict(await of_these.values_list("vendor_id", "deauthorized_at"))
    return tuple(
        Waiting(
            row.order.number,
            row.subject,
            row.vendor_id,
            row.vendor.name,
            since.get(row.vendor_id, row.updated_at),
            Money(row.paid - row.amount, row.currency),
        )
        for row in found
    )


async def owed_claim(claim_id: int) -> Owed:
    """One open debt. Raises NothingOwed when it is paid or never was."""
    row = (
        await Claim.filter(id=claim_id, receivable__gt=0)
        .select_related("order", "vendor")
        .first()
    )
    if row is None:
        raise NothingOwed
    return _owed(row)


def _owed(row: Claim) -> Owed:
    return Owed(
        claim_id=row.id,
        subject=row.subject,
        order_number=row.order.number,
        vendor_id=row.vendor_id,
        vendor_name=row.vendor.name,
        since=row.owed_since or row.updated_at,
        left=Money(row.receivable, row.currency),
        whole=Money(row.amount, row.currency),
    )


async def totals_owed(vendor_id: int | None = None) -> dict[str, int]:
    """What is owed per currency in minor units; by one vendor or by all."""
    query = Claim.filter(receivable__gt=0)
    if vendor_id is not None:
        query = query.filter(vendor_id=vendor_id)
    rows = (
        await query.annotate(total=Sum("receivable"))
        .group_by("currency")
        .values_list("currency", "total")
    )
    return {str(currency): int(total) for currency, total in rows}


async def claimed_of(payment_ids: Iterable[int]) -> dict[int, Money]:
    """What vendors bear of these payments and nobody has taken yet, by payment."""
    mine = Claim.filter(payment_id__in=list(payment_ids))
    claimed: dict[int, Money] = {}
    for row in await mine.filter(amount__gt=F("taken")):
        left = Money(row.amount - row.taken, row.currency)
        was = claimed.get(row.payment_id)
        claimed[row.payment_id] = left if was is None else was + left
    return claimed
