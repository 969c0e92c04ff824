"""Restores from a backup: while one is not acknowledged, no money moves."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.core.clock import now


class Migration(migrations.Migration):
    dependencies = [("models", "0035_presentation")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Restoration",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "backup_made_at",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
                (
                    "source",
                    fields.CharField(
                        description="the name of the backup file", max_length=255
                    ),
                ),
                (
                    "backfilled_at",
                    fields.DatetimeField(
                        null=True,
                        description="Stripe's events since the backup were fetched",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "compared_at",
                    fields.DatetimeField(
                        null=True,
                        description="a full comparison ended that began after that",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("compared_run", fields.BigIntField(null=True)),
                (
                    "acknowledged_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "acknowledged_by",
                    fields.CharField(default="", db_default="", max_length=255),
                ),
            ],
            options={
                "table": "restorations",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One restore. While a row is not acknowledged, nothing moves money (shared/infra/gateway/standing.py).",
            },
            bases=["Row"],
        ),
    ]
