"""One row that a health check writes anew."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.core.clock import now


class Migration(migrations.Migration):
    dependencies = [("models", "0030_changed_banks")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Heartbeat",
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
            ],
            options={
                "table": "heartbeats",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The last write of a health check; one row, whose id is 1.",
            },
            bases=["Row"],
        ),
    ]
