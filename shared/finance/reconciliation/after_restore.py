"""The way back after a restore: fetch Stripe's events, compare everything, acknowledge."""

from __future__ import annotations

from datetime import datetime

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.inbox.missed_events import fetch_events
from shared.finance.reconciliation.errors import DifferencesLeft, NotCompared
from shared.finance.reconciliation.models import Difference
from shared.infra import unit
from shared.infra.restoring.models import Restoration
from shared.infra.restoring.service import unacknowledged


@frozen
class Standstill:
    """How far an installation has come since it was restored.

    `differences`: how many the comparison left open.
    """

    backup_made_at: datetime
    restored_at: datetime
    source: str
    backfilled_at: datetime | None
    compared_at: datetime | None
    run_id: int | None
    differences: int

    @property
    def can_end(self) -> bool:
        """Whether there is something to acknowledge."""
        return self.backfilled_at is not None and self.compared_at is not None


async def standstill() -> Standstill | None:
    """Read where it stands; None when money moves. At most two queries."""
    row = await unacknowledged()
    if row is None:
        return None
    left = 0
    if row.compared_run:
        left = await Difference.filter(run_id=row.compared_run, status="open").count()
    return Standstill(
        backup_made_at=row.backup_made_at,
        restored_at=row.created_at,
        source=row.source,
        backfilled_at=row.backfilled_at,
        compared_at=row.compared_at,
        run_id=row.compared_run,
        differences=left,
    )


async def fetch() -> None:
    """Fetch Stripe's events now; the worker would within a quarter of an hour."""
    async with unit.transaction() as tx:
        fetch_events.once("webhooks.backfill:restored")(tx)


async def acknowledge(*, actor: str, despite: bool = False) -> None:
    """Let money move again. `despite`: differences that are left were looked at.

    Raises NotCompared while events or comparison are missing, and DifferencesLeft for those that
    nobody has looked at.
    """
    async with unit.transaction() as tx:
        row = await tx.lock_first(
            Restoration.filter(acknowledged_at=None).order_by("-id")
        )
        if row is None:
            return
        stands = await standstill()
        assert stands is not None
        if not stands.can_end:
            raise NotCompared
        if stands.differences and not despite:
            raise DifferencesLeft
        now = clock.now()
        await Restoration.filter(acknowledged_at=None).update(
            acknowledged_at=now,
            acknowledged_by=actor[:255],
            updated_at=now,
        )
        tx.record(
            "restoration.acknowledged",
            actor=actor,
            subject=f"restoration:{row.id}",
            source=row.source,
            differences=stands.differences,
        )
