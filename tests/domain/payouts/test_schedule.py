"""Recurring jobs: once a turn, whoever looks at the clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from shared.core import clock
from shared.infra.jobs import Context, RecurringJob, recurring, schedule
from shared.infra.jobs.models import Job, JobSchedule

pytestmark = pytest.mark.usefixtures("database")
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@recurring("test.nightly", at=time(2, 30))
async def nightly(_context: Context) -> None:
    """Nothing."""


@recurring("test.often", every=timedelta(minutes=15))
async def often(_context: Context) -> None:
    """Nothing."""


async def at(moment: datetime, *jobs: RecurringJob) -> int:
    """Look at the clock then."""
    with clock.use(lambda: moment):
        return await schedule.tick(jobs or (nightly, often))


async def test_a_nightly_job_runs_at_its_time_and_once_a_night() -> None:
    """Not before, and not a second time the same night."""
    await at(NOON, nightly)
    assert await at(NOON + timedelta(hours=14), nightly) == 0
    assert await at(NOON + timedelta(hours=14, minutes=31), nightly) == 1
    assert await at(NOON + timedelta(hours=14, minutes=32), nightly) == 0
    await Job.all().update(status="done", unique_key=None)
    assert await at(NOON + timedelta(hours=38, minutes=31), nightly) == 1


async def test_a_new_frequent_job_runs_within_a_minute() -> None:
    """A fresh installation need not wait for its first sweep."""
    await at(NOON, often)
    assert await at(NOON + timedelta(minutes=1), often) == 1


async def test_nights_that_were_slept_through_are_made_up_for_once() -> None:
    """Not one run a night missed."""
    await at(NOON)
    await at(NOON + timedelta(days=9), nightly)
    assert await Job.filter(kind="test.nightly").count() == 1
    assert (await JobSchedule.get(kind="test.nightly")).next_at == datetime(
        2026, 12, 7, 2, 30, tzinfo=UTC
    )


async def test_many_workers_make_one_turn() -> None:
    """The turn is taken by a guarded update."""
    await at(NOON, often)
    with clock.use(lambda: NOON + timedelta(hours=1)):
        turns = await asyncio.gather(*(schedule.tick([often]) for _ in range(5)))
    assert sum(turns) == 1
    assert await Job.filter(kind="test.often").count() == 1


async def test_a_run_that_takes_long_is_not_started_twice() -> None:
    """The next turn waits until the job has ended."""
    await at(NOON, often)
    for hours in (1, 2, 3):
        await at(NOON + timedelta(hours=hours), often)
    assert await Job.filter(kind="test.often").count() == 1


async def test_a_job_remembers_from_run_to_run() -> None:
    """Where it stopped reading."""
    assert await schedule.recall("test.often") == {}
    await schedule.remember("test.often", {"since": "evt_1"})
    await schedule.remember("test.often", {"since": "evt_2"})
    assert await schedule.recall("test.often") == {"since": "evt_2"}
