"""Reconciliation and exposure as the operator sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.functions import Count, Sum
from tortoise.queryset import QuerySet

from shared.core.errors import NotFound
from shared.core.money import Money
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import OPEN
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.ledger.queries import trial_balance
from shared.finance.reconciliation.exposure import Parts, exposure, totals
from shared.finance.reconciliation.jobs import repair_key
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.finance.reconciliation.repairs import would
from shared.finance.recovery.models import Claim
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import UNSETTLED
from shared.infra.gateway.errors import StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs.models import Job
from shared.trade.vendors.models import Vendor

LATEST = 12
SHOWN = 200


@dataclass(frozen=True)
class RunView:
    """One run. `differences` counts all that it found, `open` those that are not repaired."""

    id: int
    status: str
    started_at: datetime
    finished_at: datetime | None
    started_by: str
    compared: Mapping[str, int]
    error: str | None
    differences: int
    open: int
    is_repairing: bool


@dataclass(frozen=True)
class DifferenceView:
    """One difference; `would` says what its repair would do."""

    id: int
    number: int
    kind: str
    subject: str
    stripe_id: str | None
    vendor_id: int | None
    vendor_name: str | None
    text: str
    ours: str
    theirs: str
    repair: str
    would: str
    status: str
    outcome: str


async def latest_runs() -> tuple[RunView, ...]:
    """The last runs, newest first."""
    return await _views(await ReconciliationRun.all().order_by("-id").limit(LATEST))


async def count_open() -> int:
    """How many differences of the last finished run are not repaired."""
    last = await ReconciliationRun.exclude(status="running").order_by("-id").first()
    return 0 if last is None else await Difference.filter(run_id=last.id).exclude(status="repaired").count()


async def last_finished() -> RunView | None:
    """The last run that came to its end, however it ended."""
    rows = await _views(await ReconciliationRun.exclude(status="running").order_by("-id").limit(1))
    return rows[0] if rows else None


async def run_view(run_id: int) -> RunView:
    """One run. Raises NotFound."""
    row = await ReconciliationRun.get_or_none(id=run_id)
    if row is None:
        raise NotFound("There is no such reconciliation.")
    return (await _views([row]))[0]


async def _views(rows: list[ReconciliationRun]) -> tuple[RunView, ...]:
    ids = [row.id for row in rows]
    sums = Difference.filter(run_id__in=ids).annotate(number=Count("id")).group_by("run_id", "status")
    counts: dict[int, dict[str, int]] = {}
    for run_id, status, number in await sums.values_list("run_id", "status", "number"):
        counts.setdefault(run_id, {})[status] = int(number)
    keys = [repair_key(id_) for id_ in ids]
    repairing = {job.unique_key for job in await Job.filter(unique_key__in=keys)}
    return tuple(
        RunView(
            id=row.id,
            status=row.status,
            started_at=row.created_at,
            finished_at=row.finished_at,
            started_by=row.started_by,
            compared=dict(row.compared or {}),
            error=row.error,
            differences=sum(counts.get(row.id, {}).values()),
            open=sum(n for status, n in counts.get(row.id, {}).items() if status != "repaired"),
            is_repairing=repair_key(row.id) in repairing,
        )
        for row in rows
    )


async def differences(run_id: int) -> tuple[DifferenceView, ...]:
    """What a run found, by its numbers; the first SHOWN."""
    rows = await Difference.filter(run_id=run_id).order_by("number").limit(SHOWN).select_related("vendor")
    return tuple(_difference(row) for row in rows)


async def difference(difference_id: int) -> tuple[int, DifferenceView]:
    """One difference, and which run found it. Raises NotFound."""
    row = await Difference.get_or_none(id=difference_id).select_related("vendor")
    if row is None:
        raise NotFound("There is no such difference.")
    return row.run_id, _difference(row)


def _difference(row: Difference) -> DifferenceView:
    return DifferenceView(
        id=row.id,
        number=row.number,
        kind=row.kind,
        subject=row.subject,
        stripe_id=row.stripe_id,
        vendor_id=row.vendor_id,
        vendor_name=row.vendor.name if row.vendor else None,
        text=row.text,
        ours=row.ours,
        theirs=row.theirs,
        repair=row.repair,
        would=would(row.repair, row.arguments),
        status=row.status,
        outcome=row.outcome,
    )


@dataclass(frozen=True)
class Risk:
    """The exposure of one vendor, or of all without a name, in one currency. Money throughout."""

    vendor_id: int | None
    vendor_name: str
    currency: str
    parts: Parts

    def money(self, amount: int) -> Money:
        """An amount of its currency."""
        return Money(amount, self.currency)


@dataclass(frozen=True)
class ExposureView:
    """What the platform stands in for: together per currency, and vendor by vendor."""

    together: tuple[Risk, ...]
    vendors: tuple[Risk, ...]


async def exposure_now() -> ExposureView:
    """The operator's exposure, from ledger and rows; the stand-in adds up its own side for the tests."""
    places = exposure(
        balances=await _booked(Account.STRIPE_VENDOR),
        disputes=await _summed(Dispute.filter(status__in=[status.value for status in OPEN]), "amount"),
        refunds=await _summed(Refund.filter(status__in=[state.value for state in UNSETTLED]), "amount"),
        receivables=await _summed(Claim.filter(receivable__gt=0), "receivable"),
        reserves={place: -amount for place, amount in (await _booked(Account.VENDOR_RESERVED)).items()},
        held=await _booked(Account.STRIPE_HELD_VENDOR),
    )
    names = dict(await Vendor.filter(id__in=[vendor for vendor, _ in places] or [0]).values_list("id", "name"))
    return ExposureView(
        together=tuple(Risk(None, "", currency, parts) for currency, parts in totals(places.items()).items()),
        vendors=tuple(
            Risk(vendor, str(names.get(vendor, "")), currency, p) for (vendor, currency), p in places.items()
        ),
    )


async def _booked(account: Account) -> dict[tuple[int, str], int]:
    rows = LedgerEntry.filter(account=account.value).annotate(total=Sum("amount")).group_by("vendor_id", "currency")
    found = await rows.values_list("vendor_id", "currency", "total")
    return {(int(vendor), currency): int(total) for vendor, currency, total in found}


async def _summed(query: QuerySet[Any], column: str) -> dict[tuple[int, str], int]:
    rows = query.annotate(total=Sum(column)).group_by("vendor_id", "currency")
    found = await rows.values_list("vendor_id", "currency", "total")
    return {(int(vendor), currency): int(total) for vendor, currency, total in found}


async def reserved_at_stripe(gateway: Gateway) -> tuple[Money, ...] | None:
    """What Stripe itself keeps back for negative balances (connect_reserved); None when it cannot be asked now."""
    try:
        lines = await gateway.balance.get()
    except (StripeUnavailable, StripeRefused):
        return None
    return tuple(Money(line.reserved, line.currency) for line in lines if line.reserved)


async def held_of_platform() -> tuple[Money, ...]:
    """What Stripe holds of the platform's own money in its risk reserve, by the ledger; currencies with nothing are left out."""
    rows = await trial_balance()
    return tuple(row.balance for row in rows if row.account is Account.STRIPE_HELD_PLATFORM and row.balance)
