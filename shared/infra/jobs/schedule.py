"""Recurring jobs: each is put on the list once per turn, however many workers look at the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.core import clock
from shared.infra import unit
from shared.infra.jobs.definitions import DAY, RecurringJob
from shared.infra.jobs.models import JobSchedule


async def tick(recurring: Sequence[RecurringJob]) -> int:
    """Enqueue what is due and answer how many that were.

    A turn that nobody was awake for is made up for once.
    """
    now = clock.now()
    known = {row.kind: row for row in await JobSchedule.all()}
    done = 0
    for job in recurring:
        row = known.get(job.kind)
        if row is None:
            first = JobSchedule(
                kind=job.kind,
                next_at=job.turns.first(now),
            )
            await JobSchedule.bulk_create([first], ignore_conflicts=True)
        elif row.next_at <= now:
            done += await _turn(job, row, now)
    return done


async def _turn(job: RecurringJob, row: JobSchedule, now: datetime) -> bool:
    async with unit.transaction() as tx:
        mine = await JobSchedule.filter(
            id=row.id,
            next_at=row.next_at,
        ).update(
            next_at=job.turns.after(now),
            last_at=now,
            updated_at=now,
        )
        if mine:
            job.once(f"recurring:{job.kind}")(tx)
    return bool(mine)


async def recall(kind: str) -> dict[str, Any]:
    """What the job of this kind remembered last; empty at first."""
    row = await JobSchedule.get_or_none(kind=kind)
    return dict(row.state or {}) if row else {}


async def remember(kind: str, state: dict[str, Any]) -> None:
    """Keep `state` for the next run of this kind."""
    async with unit.transaction():
        if not await JobSchedule.filter(kind=kind).update(
            state=state, updated_at=clock.now()
        ):
            await JobSchedule.create(
                kind=kind,
                next_at=clock.now() + DAY,
                state=state,
            )
