"""The worker: claims due jobs one after another and runs their handlers; any number of workers may
run.

A claim is a guarded update with a time limit, so a job whose worker died is taken again. Handlers
are therefore written to be repeated. A failing job backs off and is marked failed after
MAX_ATTEMPTS, where the operator sees it; while something else is down (TryLater), it waits that
out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from tortoise.expressions import Q

from shared.core import clock
from shared.core.errors import TryLater
from shared.infra import unit
from shared.infra.activity import cause
from shared.infra.database.dialect import dialect
from shared.infra.database.trouble import DatabaseTrouble
from shared.infra.jobs import queue, schedule
from shared.infra.jobs.context import Context
from shared.infra.jobs.definitions import RecurringJob
from shared.infra.jobs.models import Job

log = logging.getLogger("markethall.jobs")

MAX_ATTEMPTS = 10
# Somebody else's outage is no failure of the job. Stock waits behind it, so it asks often, and for
# about three days.
PATIENT_ATTEMPTS = 450
PATIENT_DELAY = timedelta(minutes=10)
CLAIM = timedelta(minutes=5)
IDLE_SECONDS = 1.0
LOOK_EVERY = timedelta(seconds=30)  # at the clock, for recurring jobs


def retry_delay(
    attempts: int,
    *,
    longest: timedelta = timedelta(hours=1),
) -> timedelta:
    """How long a job waits after its `attempts`-th failure: 2 s, 4 s, 8 s ... at most `longest`."""
    return min(timedelta(seconds=2 ** min(attempts, 20)), longest)


class Worker:
    """Works the job table off with the handlers that the composition root registered."""

    def __init__(
        self,
        context: Context,
        handlers: queue.Handlers,
        recurring: Sequence[RecurringJob] = (),
    ) -> None:
        self._context = context
        self._handlers = handlers
        self._recurring = recurring
        self._look_at = clock.now()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; the job at hand is finished first."""
        wake = asyncio.Event()
        queue.subscribe(wake)
        try:
            while not stop.is_set():
                wake.clear()
                try:
                    await self._look_at_the_clock()
                    worked = await self.run_one()
                except DatabaseTrouble as trouble:
                    log.warning("the worker waits: %s", trouble)
                    worked = False
                except Exception:
                    log.exception("the worker stumbled and goes on")
                    worked = False
                if not worked:
                    await _first(stop, wake, seconds=IDLE_SECONDS)
        finally:
            queue.unsubscribe(wake)

    async def _look_at_the_clock(self) -> None:
        if self._recurring and clock.now() >= self._look_at:
            self._look_at = clock.now() + LOOK_EVERY
            await schedule.tick(self._recurring)

    async def run_due(self) -> int:
        """Run everything that is due now and answer how many jobs that were (tests, and `run.py
        seed`).
        """
        count = 0
        while await self.run_one():
            count += 1
        return count

    async def run_one(self) -> bool:
        """Claim and run one due job; False when nothing is due."""
        job = await claim()
        if job is None:
            return False
        handler = self._handlers.get(job.kind)
        try:
            if handler is None:
                raise LookupError(f"no handler for {job.kind}")
            with cause.of(f"job:{job.kind}:{job.id}"):
                await handler(self._context, job.args)
        except Exception as e:
            await _failed(job, e)
        else:
            await _ended(job, "done")
        return True


async def _first(*events: asyncio.Event, seconds: float) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _due() -> Q:
    now = clock.now()
    return Q(status="waiting", run_at__lte=now) | Q(
        status="running", claimed_until__lte=now
    )


async def claim() -> Job | None:
    """Take the oldest due job for CLAIM; None when there is none."""
    if not await Job.filter(_due()).exists():  # an idle worker takes no lock
        return None
    async with unit.transaction() as tx:
        query = Job.filter(_due()).order_by("run_at", "id").limit(1)
        if dialect() == "postgres":
            query = query.select_for_update(skip_locked=True)
        job = await query.first()
        if job is None:
            return None
        await tx.move(
            job,
            to="running",
            claimed_until=clock.now() + CLAIM,
            attempts=job.attempts + 1,
        )
        return job


async def _ended(
    job: Job,
    status: str,
    error: str | None = None,
) -> None:
    async with unit.transaction() as tx:
        await tx.move(
            job,
            to=status,
            where={"attempts": job.attempts},
            unique_key=None,
            claimed_until=None,
            error=error,
            finished_at=clock.now(),
        )


async def _failed(job: Job, error: Exception) -> None:
    text = f"{type(error).__name__}: {error}"[:2000]
    if isinstance(error, (TryLater, DatabaseTrouble)):
        log.info("job %s %s waits: %s", job.id, job.kind, text)
        most, delay = PATIENT_ATTEMPTS, retry_delay(job.attempts, longest=PATIENT_DELAY)
    else:
        log.error(
            "job %s %s failed (attempt %s)",
            job.id,
            job.kind,
            job.attempts,
            exc_info=error,
        )
        most, delay = MAX_ATTEMPTS, retry_delay(job.attempts)
    if job.attempts >= most:
        await _ended(job, "failed", text)
        return
    async with unit.transaction() as tx:
        await tx.move(
            job,
            to="waiting",
            where={"attempts": job.attempts},
            claimed_until=None,
            error=text,
            run_at=clock.now() + delay,
        )
