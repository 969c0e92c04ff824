"""Jobs that were taken together: run, and ended together where that does no harm.

A key that a running job holds keeps others off the list. A job with one has ended as soon as it is
done, or what became known meanwhile would be put on the list by nobody; only those that run
together may hold theirs longer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import TypeAlias

from shared.core import clock
from shared.core.errors import TryLater
from shared.infra import unit
from shared.infra.activity import cause
from shared.infra.database.trouble import DatabaseTrouble
from shared.infra.jobs import statements
from shared.infra.jobs.definitions import Manner
from shared.infra.jobs.models import Job

log = logging.getLogger("markethall.jobs")

MAX_ATTEMPTS = 10
# Somebody else's outage is no failure of the job. Stock waits behind it, so it asks often, and for
# about three days.
PATIENT_ATTEMPTS = 450
PATIENT_DELAY = timedelta(minutes=10)
AT_ONCE = 4  # of those that run together
ENOUGH_SECONDS = 60.0  # after so long the rest of a batch is given back: claims run out

Run: TypeAlias = Callable[[Job], Awaitable[None]]


def retry_delay(
    attempts: int,
    *,
    longest: timedelta = timedelta(hours=1),
) -> timedelta:
    """How long a job waits after its `attempts`-th failure: 2 s, 4 s, 8 s ... at most `longest`."""
    return min(timedelta(seconds=2 ** min(attempts, 20)), longest)


class JobBatch:
    """What a worker has taken at once."""

    def __init__(
        self,
        jobs: Sequence[Job],
        run: Run,
        manners: Mapping[str, Manner],
    ) -> None:
        self._left = list(jobs)
        self._run = run
        self._manners = manners
        self._done: list[Job] = []

    async def work(self, is_over: Callable[[], bool]) -> None:
        """Run them in their order; what is not begun by the end is given back, whatever ends it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + ENOUGH_SECONDS
        try:
            taken = list(self._left)
            for together, group in groupby(taken, key=self._is_together):
                jobs = list(group)
                step = AT_ONCE if together else 1
                for start in range(0, len(jobs), step):
                    if is_over() or loop.time() > until:
                        return
                    await self._some(jobs[start : start + step])
        finally:
            try:
                await self._end()
            finally:
                await statements.give_back(self._left)

    def _is_together(self, job: Job) -> bool:
        return self._manners.get(job.kind) is Manner.TOGETHER

    async def _some(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._left.remove(job)
        each = (self._one(job) for job in jobs)
        ended = await asyncio.gather(*each, return_exceptions=True)
        for problem in ended:
            if problem is not None:
                raise problem
        if any(job.unique_key and not self._is_together(job) for job in jobs):
            await self._end()

    async def _one(self, job: Job) -> None:
        try:
            with cause.of(f"job:{job.kind}:{job.id}"):
                await self._run(job)
        except Exception as error:
            await _failed(job, error)
        else:
            self._done.append(job)

    async def _end(self) -> None:
        done, self._done = self._done, []
        await statements.end(done)


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
    async with unit.transaction() as tx:
        if job.attempts >= most:
            await _given_up(tx, job, text)
            return
        await tx.move(
            job,
            to="waiting",
            where={"attempts": job.attempts},
            claimed_until=None,
            error=text,
            run_at=clock.now() + delay,
        )


async def _given_up(
    tx: unit.Transaction,
    job: Job,
    error: str,
) -> None:
    await tx.move(
        job,
        to="failed",
        where={"attempts": job.attempts},
        unique_key=None,
        claimed_until=None,
        error=error,
        finished_at=clock.now(),
    )
