"""Reconciliation as the operator sees it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tortoise.functions import Count

from shared.core.frozen import frozen
from shared.finance.reconciliation.errors import DifferenceNotFound, RunNotFound
from shared.finance.reconciliation.jobs import repair_key
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.finance.reconciliation.repairs import would
from shared.infra.jobs.models import Job

LATEST = 12
SHOWN = 200


@frozen
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


@frozen
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
    our_side: str
    stripe_side: str
    repair: str
    would: str
    status: str
    outcome: str


async def latest_runs() -> tuple[RunView, ...]:
    """Read the last runs, newest first."""
    return await _views(await ReconciliationRun.all().order_by("-id").limit(LATEST))


async def count_open() -> int:
    """Count the differences of the last finished run that are not repaired."""
    last = await ReconciliationRun.exclude(status="running").order_by("-id").first()
    if last is None:
        return 0
    return await Difference.filter(run_id=last.id).exclude(status="repaired").count()


async def last_finished() -> RunView | None:
    """Read the last run that came to its end, however it ended."""
    rows = await _views(
        await ReconciliationRun.exclude(status="running").order_by("-id").limit(1)
    )
    return rows[0] if rows else None


async def run_view(run_id: int) -> RunView:
    """Read one run. Raises RunNotFound."""
    row = await ReconciliationRun.get_or_none(id=run_id)
    if row is None:
        raise RunNotFound
    return (await _views([row]))[0]


async def _views(rows: list[ReconciliationRun]) -> tuple[RunView, ...]:
    ids = [row.id for row in rows]
    counts = await _count_by_status(ids)
    keys = [repair_key(id_) for id_ in ids]
    repairing = {job.unique_key for job in await Job.filter(unique_key__in=keys)}
    return tuple(
        _run_view(
            row,
            counts.get(row.id, {}),
            is_repairing=repair_key(row.id) in repairing,
        )
        for row in rows
    )


async def _count_by_status(run_ids: list[int]) -> Mapping[int, Mapping[str, int]]:
    """Count the differences of each run by their status."""
    query = Difference.filter(run_id__in=run_ids).annotate(number=Count("id"))
    sums = query.group_by("run_id", "status")
    counts: dict[int, dict[str, int]] = {}
    for run_id, status, number in await sums.values_list("run_id", "status", "number"):
        counts.setdefault(run_id, {})[status] = int(number)
    return counts


def _run_view(
    row: ReconciliationRun,
    counts: Mapping[str, int],
    *,
    is_repairing: bool,
) -> RunView:
    total = sum(counts.values())
    return RunView(
        id=row.id,
        status=row.status,
        started_at=row.created_at,
        finished_at=row.finished_at,
        started_by=row.started_by,
        compared=dict(row.compared or {}),
        error=row.error,
        differences=total,
        open=total - counts.get("repaired", 0),
        is_repairing=is_repairing,
    )


async def differences(run_id: int) -> tuple[DifferenceView, ...]:
    """Read what a run found, by its numbers; the first SHOWN."""
    rows = Difference.filter(run_id=run_id).order_by("number").limit(SHOWN)
    return tuple(_difference(row) for row in await rows.select_related("vendor"))


async def difference(difference_id: int) -> tuple[int, DifferenceView]:
    """Read one difference, and which run found it. Raises DifferenceNotFound."""
    row = await Difference.get_or_none(id=difference_id).select_related("vendor")
    if row is None:
        raise DifferenceNotFound
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
        our_side=row.our_side,
        stripe_side=row.stripe_side,
        repair=row.repair,
        would=would(row.repair, row.arguments),
        status=row.status,
        outcome=row.outcome,
    )
