"""Deleting what nobody needs any more, some hundred rows at a time, so that nobody waits long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from tortoise.models import Model
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.infra import unit
from shared.infra.database.dialect import dialect
from shared.infra.jobs.context import Context
from shared.infra.jobs.definitions import recurring
from shared.infra.jobs.models import Job

AT_ONCE = 500
RUNS = 200  # of one job: what is left then waits for the next

Ids = list[int]
First = Callable[[Ids], Awaitable[object]]


def days_ago(days: int) -> datetime:
    """The moment before which something is old."""
    return clock.now() - timedelta(days=days)


async def forget(
    old: QuerySet[Any],
    *,
    first: First | None = None,
) -> int:
    """Delete the rows of a query; answer how many those were.

    `first` is awaited with the ids of some of them, in the transaction that deletes those. Rows
    that somebody has locked are in use, and left for the next time.
    """
    model, total = old.model, 0
    for _ in range(RUNS):
        async with unit.transaction():
            ids = [row.id for row in await _unlocked(old.limit(AT_ONCE))]
            if ids:
                await _delete(model, ids, first)
        total += len(ids)
        if len(ids) < AT_ONCE:
            break
    return total


async def forget_oldest(old: QuerySet[Any], *, before: datetime) -> int:
    """Delete those rows of a query that were written before then; answer how many those were.

    A table's ids grow with time: its rows are read from the first on, as far as they are old. So no
    index of moments is needed, which each new row would be written into.
    """
    model, total, last = old.model, 0, 0
    while total < AT_ONCE * RUNS:
        rows = model.filter(id__gt=last).order_by("id").limit(AT_ONCE)
        found = await rows.values_list("id", "created_at")
        ids = [int(number) for number, at in found if at < before]
        if ids:
            total += await forget(old.filter(id__in=ids))
        if len(ids) < AT_ONCE:
            break
        last = ids[-1]
    return total


async def _delete(model: type[Model], ids: Ids, first: First | None) -> None:
    if first is not None:
        await first(ids)
    await model.filter(id__in=ids).delete()


def _unlocked(rows: QuerySet[Any]) -> QuerySet[Any]:
    if dialect() != "postgres":
        return rows
    table = rows.model._meta.db_table
    return rows.select_for_update(skip_locked=True, of=(table,))


@recurring("jobs.forget", every=timedelta(hours=1))
async def forget_jobs(context: Context) -> None:
    """Drop the jobs that were done long ago; those that failed stay for a person."""
    before = days_ago(context.settings.keeps.jobs)
    done = Job.filter(status="done", run_at__lt=before)
    await forget(done.filter(finished_at__lt=before))
