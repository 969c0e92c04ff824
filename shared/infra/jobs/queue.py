"""Put work on the list, in the caller's transaction; and the signal that wakes an idle worker of
this process, or tells those of others (announcer.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from shared.core import clock
from shared.infra.database.batch import touched
from shared.infra.jobs.context import Context
from shared.infra.jobs.models import Job
from shared.infra.unit import Transaction

Handler = Callable[[Context, dict[str, Any]], Awaitable[None]]
Handlers = Mapping[str, Handler]

CHANNEL = (
    "markethall_jobs"  # where processes tell each other that something is on the list
)

_wakers: set[asyncio.Event] = set()


def subscribe(event: asyncio.Event) -> None:
    """Set `event` whenever this process enqueues something."""
    _wakers.add(event)


def unsubscribe(event: asyncio.Event) -> None:
    """Stop setting `event`."""
    _wakers.discard(event)


def wake_all() -> None:
    """Something is on the list."""
    for event in _wakers:
        event.set()


def enqueue(
    tx: Transaction,
    kind: str,
    args: dict[str, Any],
    *,
    run_at: datetime | None = None,
    unique_key: str | None = None,
) -> None:
    """Run `kind` with `args` at or after `run_at` (now when None), once `tx` has committed.

    A `unique_key` that a waiting or running job holds makes this a no-op; the key is free again
    when that job has ended.
    """
    job = Job(
        kind=kind,
        args=args,
        run_at=run_at or clock.now(),
        unique_key=unique_key,
    )
    tx.add(job, once=True)
    if run_at is None:
        tx.after_commit(wake_all)


def not_needed(tx: Transaction, unique_key: str) -> None:
    """Take a job that waits under this key off the list: what it would look at is over with `tx`.

    One that runs already ends by itself. It must have been put on the list before `tx`.
    """
    tx.later(_TAKE_OFF, unique_key, rows=touched(Job, [unique_key]))


async def under_way(kind: str, argument: str) -> set[object]:
    """What `argument` is in the jobs of a kind that wait or run.

    A job that puts itself on the list again cannot hold its key meanwhile: a sweep that asks for it
    by key alone would begin another row of them each time.
    """
    there = await Job.filter(kind=kind, status__in=["waiting", "running"])
    return {job.args.get(argument) for job in there}


_TAKE_OFF = "DELETE FROM jobs WHERE unique_key = ? AND status = 'waiting'"
