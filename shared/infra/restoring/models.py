"""Restores from a backup. Written by the `restore` command in the same transaction as the data."""

from __future__ import annotations

from tortoise import fields

from shared.infra.database.base import Row


class Restoration(Row):
    """One restore. While a row is not acknowledged, nothing moves money (shared/infra/gateway/restore_check.py)."""

    lock_rank = 140

    backup_made_at = fields.DatetimeField()
    source = fields.CharField(max_length=255, description="the name of the backup file")
    backfilled_at = fields.DatetimeField(
        null=True, description="Stripe's events since the backup were fetched"
    )
    compared_at = fields.DatetimeField(
        null=True, description="a full comparison ended that began after that"
    )
    compared_run = fields.BigIntField(null=True)
    acknowledged_at = fields.DatetimeField(null=True)
    acknowledged_by = fields.CharField(
        max_length=255,
        default="",
        db_default="",
    )

    class Meta:
        table = "restorations"
