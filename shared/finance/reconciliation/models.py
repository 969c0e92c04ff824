"""Runs of reconciliation and the differences that they found."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row


class ReconciliationRun(Row):
    """One comparison of ledger, rows and Stripe."""

    status = fields.CharField(
        max_length=20,
        default="running",
        description="running | clean | differences | failed",
    )
    started_by = fields.CharField(max_length=60, default="system")
    finished_at = fields.DatetimeField(null=True)
    compared: Any = fields.JSONField(
        default=dict, description="what was looked at -> how many"
    )
    error = fields.TextField(null=True)

    class Meta:
        table = "reconciliation_runs"
        constraints = [
            CheckConstraint(
                check="status in ('running', 'clean', 'differences', 'failed')",
                name="ck_reconciliation_runs_status",
            )
        ]


class Difference(Row):
    """One thing that does not agree, with the repair that mends it. `number` counts within the run."""

    lock_rank = 320

    run: fields.ForeignKeyRelation[ReconciliationRun] = fields.ForeignKeyField(
        "models.ReconciliationRun",
        related_name="differences",
        on_delete=fields.RESTRICT,
    )
    run_id: int
    number = fields.IntField()
    kind = fields.CharField(max_length=60)
    subject = fields.CharField(max_length=80, description="payment:12, po_1")
    stripe_id = fields.CharField(max_length=255, null=True)
    vendor: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Vendor",
        related_name="differences",
        null=True,
        on_delete=fields.RESTRICT,
    )
    vendor_id: int | None
    text = fields.TextField(description="a sentence: what differs")
    our_side = fields.CharField(max_length=255, default="")
    stripe_side = fields.CharField(max_length=255, default="")
    repair = fields.CharField(
        max_length=60,
        default="",
        description="the named repair; empty: a person must look",
    )
    arguments: Any = fields.JSONField(default=dict)
    status = fields.CharField(
        max_length=20, default="open", description="open | repaired | failed"
    )
    outcome = fields.CharField(max_length=300, default="")
    repaired_at = fields.DatetimeField(null=True)
    repaired_by = fields.CharField(max_length=60, default="")

    class Meta:
        table = "differences"
        unique_together = (("run", "number"),)
        indexes = [Index(fields=("status",), name="ix_differences_status")]
        constraints = [
            CheckConstraint(
                check="status in ('open', 'repaired', 'failed')",
                name="ck_differences_status",
            )
        ]
