"""What was sold on each day that is over is kept; what went wrong with a kind of job is found."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.core.clock import now
from shared.infra.database.indexes import IndexWhere

JSON = functools.partial(dumps, separators=(",", ":"))


class Migration(migrations.Migration):
    dependencies = [("models", "0075_former_categories")]

    initial = False

    operations = [
        ops.CreateModel(
            name="DaySums",
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
                    "starts_at",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "sums",
                    fields.JSONField(
                        description="source -> currency -> [minor units, how many]",
                        encoder=JSON,
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": "day_sums",
                "app": "models",
                "unique_together": (("starts_at", "ends_at"),),
                "pk_attr": "id",
                "table_description": "What one day of the marketplace's zone came to. Nothing is added to a day that is over.",
            },
            bases=["Row"],
        ),
        ops.AddIndex(
            model_name="Job",
            index=IndexWhere(
                fields=["kind", "id"],
                name="ix_jobs_errors",
                where="error IS NOT NULL",
            ),
        ),
    ]
