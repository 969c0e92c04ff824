"""The list of jobs by hand (shared/infra/database/raw_sql.py): many are taken, and many ended, with
one statement each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra.database.dialect import dialect
from shared.infra.database.raw_sql import columns, execute, fetch, row_of
from shared.infra.jobs.models import Job

_DUE = (
    "((status = 'waiting' AND run_at <= ?)"
    " OR (status = 'running' AND claimed_until <= ?))"
)
_ANY = f"SELECT 1 AS one FROM jobs WHERE {_DUE} %s LIMIT 1"
# Those that another worker is just taking are left to it.
_CLAIM = (
    f"WITH due AS MATERIALIZED (SELECT id FROM jobs WHERE {_DUE} %s"
    " ORDER BY run_at, id LIMIT ?%s)"
    " UPDATE jobs SET status = 'running', claimed_until = ?, attempts = attempts + 1,"
    " updated_at = ? WHERE id IN (SELECT id FROM due) RETURNING "
)
_STILL = "WHERE status = 'running' AND (id, attempts) IN (VALUES %s)"
_DONE = (
    "UPDATE jobs SET status = 'done', unique_key = NULL, claimed_until = NULL,"
    f" error = NULL, finished_at = ?, updated_at = ? {_STILL}"
)
_GIVEN_BACK = (
    "UPDATE jobs SET status = 'waiting', claimed_until = NULL, attempts = attempts - 1,"
    f" updated_at = ? {_STILL}"
)
_HELD = f"UPDATE jobs SET claimed_until = ?, updated_at = ? {_STILL}"


@frozen
class Kinds:
    """Which kinds of jobs are meant: those that are named, or all but those."""

    named: frozenset[str] = frozenset()
    are_meant: bool = False

    @property
    def sql(self) -> str:
        """The condition, behind another one; empty for all kinds."""
        if not self.named and not self.are_meant:
            return ""
        marks = ", ".join("?" * len(self.named))
        return f"AND kind {'IN' if self.are_meant else 'NOT IN'} ({marks})"

    @property
    def values(self) -> Sequence[str]:
        """What stands for its question marks."""
        return sorted(self.named)


async def is_any_due(kinds: Kinds) -> bool:
    """Tell whether there is something to take: who only looks takes no lock."""
    now = clock.now()
    values = (now, now, *kinds.values)
    return bool(await fetch(_ANY % kinds.sql, *values))


async def claim(
    kinds: Kinds,
    *,
    most: int,
    until: datetime,
) -> list[Job]:
    """Take the oldest due jobs, oldest first; they are ours `until` then."""
    now = clock.now()
    locked = " FOR UPDATE SKIP LOCKED" if dialect() == "postgres" else ""
    sql = _CLAIM % (kinds.sql, locked) + columns(Job, "jobs")
    values = (now, now, *kinds.values, most, until, now)
    found = await fetch(sql, *values)
    jobs = [row_of(Job, "jobs", record) for record in found]
    return sorted(jobs, key=lambda job: (job.run_at, job.id))


async def end(jobs: Sequence[Job]) -> None:
    """Mark those as done that are still ours."""
    now = clock.now()
    await _write(_DONE, [now, now], jobs)


async def hold(jobs: Sequence[Job], *, until: datetime) -> None:
    """Claim those that are still ours for longer."""
    await _write(_HELD, [until, clock.now()], jobs)


async def give_back(jobs: Sequence[Job]) -> None:
    """Let those that are still ours wait again, as if they had not been taken."""
    await _write(_GIVEN_BACK, [clock.now()], jobs)


async def _write(
    sql: str,
    values: Sequence[Any],
    jobs: Sequence[Job],
) -> None:
    if jobs:
        # The first pair tells PostgreSQL what the others are.
        pairs = ["(CAST(? AS bigint), CAST(? AS bigint))"]
        pairs += ["(?, ?)"] * (len(jobs) - 1)
        those = [number for job in jobs for number in _claimed(job)]
        await execute(sql % ", ".join(pairs), *values, *those)


def _claimed(job: Job) -> tuple[int, int]:
    return job.id, job.attempts
