"""The worker: takes due jobs, some at a time, and runs their handlers; any number of workers may
run.

A claim is a guarded update with a time limit, so a job whose worker died is taken again. Handlers
are therefore written to be repeated. A failing job backs off and is marked failed after
MAX_ATTEMPTS, where the operator sees it; while something else is down (TryLater), it waits that
out. What takes long has a lane of its own, and is claimed for as long as it takes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from shared.core import clock
from shared.infra.database import notices
from shared.infra.database.sqlite_connection import at_length
from shared.infra.database.trouble import DatabaseTrouble
from shared.infra.jobs import queue, schedule, statements
from shared.infra.jobs.batch import JobBatch, Run
from shared.infra.jobs.context import Context
from shared.infra.jobs.definitions import Manner, RecurringJob
from shared.infra.jobs.models import Job
from shared.infra.jobs.statements import Kinds

log = logging.getLogger("markethall.jobs")

BATCH = 20  # jobs that are taken at a time
CLAIM = timedelta(minutes=5)
IDLE_SECONDS = 1.0
HOLD_SECONDS = 60.0  # after so long the claim of a long job is made anew
LOOK_EVERY = timedelta(seconds=30)  # at the clock, for recurring jobs
SLOW = frozenset({Manner.LONG, Manner.APART})
EVERY_KIND = Kinds()


def _never() -> bool:
    return False


class Worker:
    """Works the job table off with the handlers that the composition root registered.

    `apart` runs a job in a process of its own; without it all run in this one.
    """

    def __init__(
        self,
        context: Context,
        handlers: queue.Handlers,
        recurring: Sequence[RecurringJob] = (),
        manners: Mapping[str, Manner] | None = None,
        apart: Run | None = None,
    ) -> None:
        self._context = context
        self._apart = apart
        self._handlers = handlers
        self._recurring = recurring
        self._manners = manners or {}
        self._look_at = clock.now()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; the jobs at hand are finished first."""
        async with notices.listening(queue.CHANNEL, queue.wake_all):
            await self._lanes(stop)

    async def _lanes(self, stop: asyncio.Event) -> None:
        manners = self._manners.items()
        long = frozenset(kind for kind, manner in manners if manner in SLOW)
        brief = self._lane(Kinds(long), stop, looks_at_clock=True)
        if not long:
            await brief
            return
        slow = self._long_lane(Kinds(long, are_meant=True), stop)
        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(brief)
            lanes.create_task(slow)

    async def _long_lane(self, kinds: Kinds, stop: asyncio.Event) -> None:
        with at_length():
            await self._lane(kinds, stop)

    async def _lane(
        self, kinds: Kinds, stop: asyncio.Event, *, looks_at_clock: bool = False
    ) -> None:
        wake = asyncio.Event()
        queue.subscribe(wake)
        try:
            while not stop.is_set():
                wake.clear()
                try:
                    if looks_at_clock:
                        await self._look_at_the_clock()
                    worked = await self._work(kinds, BATCH, stop.is_set)
                except DatabaseTrouble as trouble:
                    log.warning("the worker waits: %s", trouble)
                    worked = 0
                except Exception:
                    log.exception("the worker stumbled and goes on")
                    worked = 0
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
        while number := await self._work(EVERY_KIND, BATCH, _never):
            count += number
        return count

    async def run_one(self) -> bool:
        """Claim and run one due job; False when nothing is due."""
        return bool(await self._work(EVERY_KIND, 1, _never))

    async def _work(
        self,
        kinds: Kinds,
        most: int,
        is_over: Callable[[], bool],
    ) -> int:
        jobs = await claim(kinds, most=most)
        await JobBatch(jobs, self._run, self._manners).work(is_over)
        return len(jobs)

    async def _run(self, job: Job) -> None:
        manner = self._manners.get(job.kind)
        if manner not in SLOW:
            await self._here(job)
            return
        async with _held(job):
            if manner is Manner.APART and self._apart is not None:
                await self._apart(job)
            else:
                await self._here(job)

    async def _here(self, job: Job) -> None:
        handler = self._handlers.get(job.kind)
        if handler is None:
            raise LookupError(f"no handler for {job.kind}")
        await handler(self._context, job.args)


@asynccontextmanager
async def _held(job: Job) -> AsyncIterator[None]:
    """Make the claim of a job anew while it runs: nobody else may begin it meanwhile."""

    async def hold() -> None:
        while True:
            await asyncio.sleep(HOLD_SECONDS)
            with suppress(DatabaseTrouble):  # there is time for another try
                await statements.hold([job], until=clock.now() + CLAIM)

    task = asyncio.create_task(hold())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _first(*events: asyncio.Event, seconds: float) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def claim(
    kinds: Kinds = EVERY_KIND,
    *,
    most: int = 1,
) -> list[Job]:
    """Take the oldest due jobs for CLAIM; an idle worker takes no lock."""
    if not await statements.is_any_due(kinds):
        return []
    until = clock.now() + CLAIM
    return await statements.claim(kinds, most=most, until=until)
