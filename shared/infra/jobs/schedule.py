"""Recurring jobs: each is put on the list once per turn, however many workers look at the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from shared.core import clock
from shared.infra import unit
from shared.infra.jobs import queue
from shared.infra.jobs.models import JobSchedule

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Recurring:
    """A job that comes again: every so often, or daily at a time of day (UTC)."""

    kind: str
    every: timedelta = DAY
    at: time | None = None

    def after(self, moment: datetime) -> datetime:
        """The first turn after `moment`."""
        if self.at is None:
            return moment + self.every
        today = datetime.combine(moment.astimezone(UTC).date(), self.at, tzinfo=UTC)
        return today if today > moment else today + DAY


async def tick(recurring: Sequence[Recurring]) -> int:
    """Enqueue what is due and answer how many that were. A turn that nobody was awake for is made up for once."""
    now = clock.now()
    known = {row.kind: row for row in await JobSchedule.all()}
    done = 0
    for job in recurring:
        row = known.get(job.kind)
        if row is None:
            first = job.after(now) if job.at else now + min(job.every, timedelta(minutes=1))
            await JobSchedule.bulk_create([JobSchedule(kind=job.kind, next_at=first)], ignore_conflicts=True)
        elif row.next_at <= now:
            done += await _turn(job, row, now)
    return done


async def _turn(job: Recurring, row: JobSchedule, now: datetime) -> bool:
    async with unit.transaction() as tx:
        mine = await JobSchedule.filter(id=row.id, next_at=row.next_at).update(
            next_at=job.after(now), last_at=now, updated_at=now
        )
        if mine:
            queue.enqueue(tx, job.kind, {}, unique_key=f"recurring:{job.kind}")
    return bool(mine)


async def recall(kind: str) -> dict[str, Any]:
    """What the job of this kind remembered last; empty at first."""
    row = await JobSchedule.get_or_none(kind=kind)
    return dict(row.state or {}) if row else {}


async def remember(kind: str, state: dict[str, Any]) -> None:
    """Keep `state` for the next run of this kind."""
    async with unit.transaction():
        if not await JobSchedule.filter(kind=kind).update(state=state, updated_at=clock.now()):
            await JobSchedule.create(kind=kind, next_at=clock.now() + DAY, state=state)
