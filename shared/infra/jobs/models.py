"""Jobs: rows written in the same transaction as the fact that causes them, worked off later."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row
from shared.infra.database.indexes import IndexWhere

UNFINISHED = ("waiting", "running", "failed")


class JobSchedule(Row):
    """A recurring job: when it is due next, and what its last run wants to remember."""

    kind = fields.CharField(max_length=80, unique=True)
    next_at = fields.DatetimeField()
    last_at = fields.DatetimeField(null=True)
    state: Any = fields.JSONField(
        default=dict, description="what the job remembers between runs"
    )

    class Meta:
        table = "job_schedules"


class Job(Row):
    """Something to do at or after `run_at`. `unique_key` keeps one waiting job per subject; it is cleared when the job ends."""

    kind = fields.CharField(max_length=80)
    args: Any = fields.JSONField(default=dict)
    unique_key = fields.CharField(
        max_length=200,
        null=True,
        unique=True,
    )
    status = fields.CharField(
        max_length=20,
        default="waiting",
        description="waiting | running | done | failed",
    )
    run_at = fields.DatetimeField()
    attempts = fields.SmallIntField(default=0)
    claimed_until = fields.DatetimeField(
        null=True, description="a running job whose time is over is taken again"
    )
    error = fields.TextField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "jobs"
        indexes = [
            Index(fields=("status", "run_at"), name="ix_jobs_due"),
            IndexWhere(
                fields=("kind", "id"),
                name="ix_jobs_errors",
                where="error IS NOT NULL",
            ),
        ]
        constraints = [
            CheckConstraint(
                check="status in ('waiting', 'running', 'done', 'failed')",
                name="ck_jobs_status",
            ),
        ]
