"""Counts of tries at doors: sign-in limits live in the database, so that several processes share them."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.core.clock import now


class Migration(migrations.Migration):
    dependencies = [("models", "0027_holds")]

    initial = False

    operations = [
        ops.CreateModel(
            name="DoorCount",
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
                ("key", fields.CharField(unique=True, max_length=200)),
                (
                    "free_at",
                    fields.BigIntField(
                        description="when all tries are forgotten: milliseconds since 1970"
                    ),
                ),
            ],
            options={
                "table": "door_counts",
                "app": "models",
                "indexes": [Index(fields=["free_at"], name="ix_door_counts_free")],
                "pk_attr": "id",
                "table_description": "How far ahead of the clock the tries at one door are (shared/trade/people/login_limits.py). Emails are kept as digests.",
            },
            bases=["Row"],
        ),
    ]
