"""Whether this installation stands still after a restore, and how far it has come since."""

from __future__ import annotations

from datetime import datetime

from tortoise import Tortoise

from shared.core import clock
from shared.infra import unit
from shared.infra.database.raw_sql import one_row
from shared.infra.restoring.models import Restoration


async def unacknowledged() -> Restoration | None:
    """The restore that nobody has acknowledged yet, the newest one; None when money may move.

    One query.
    """
    if (
        not Tortoise.is_inited()
    ):  # a process that opened no database of ours has restored none
        return None
    return await one_row(Restoration, "t.acknowledged_at IS NULL ORDER BY t.id DESC")


async def note_backfill() -> None:
    """Stripe's events since the backup have been taken in."""
    now = clock.now()
    async with unit.transaction():
        await Restoration.filter(acknowledged_at=None, backfilled_at=None).update(
            backfilled_at=now, updated_at=now
        )


async def note_comparison(run_id: int, *, began: datetime) -> None:
    """A comparison of everything has ended; it counts when it began after the events were there."""
    now = clock.now()
    waiting = Restoration.filter(acknowledged_at=None, backfilled_at__lte=began)
    await waiting.update(
        compared_at=now,
        compared_run=run_id,
        updated_at=now,
    )
