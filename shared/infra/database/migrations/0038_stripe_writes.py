"""Durable writes to Stripe: each with the key under which it is asked."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks

STATE = "state in ('waiting', 'answered', 'refused')"


class Migration(migrations.Migration):
    dependencies = [("models", "0037_languages")]

    initial = False

    operations = [
        ops.CreateModel(
            name="StripeWrite",
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
                    "operation",
                    fields.CharField(description="payouts.create", max_length=60),
                ),
                ("subject", fields.CharField(description="payout:12", max_length=120)),
                ("key", fields.CharField(unique=True, max_length=255)),
                (
                    "params",
                    fields.JSONField(
                        default=dict,
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("attempt", fields.IntField(default=1)),
                ("state", fields.CharField(default="waiting", max_length=20)),
                (
                    "asked_at",
                    fields.DatetimeField(
                        null=True,
                        description="when Stripe was first asked under this key",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "stripe_id",
                    fields.CharField(
                        null=True,
                        description="of what it made or changed",
                        max_length=255,
                    ),
                ),
                (
                    "error",
                    fields.TextField(
                        default="",
                        description="why it was refused, or is not answered yet",
                        db_default="",
                        unique=False,
                    ),
                ),
            ],
            options={
                "table": "stripe_writes",
                "app": "models",
                "constraints": [
                    CheckConstraint(check=STATE, name="ck_stripe_writes_state")
                ],
                "indexes": [
                    Index(
                        fields=["subject", "operation", "id"],
                        name="ix_stripe_writes_subject",
                    ),
                    Index(
                        fields=["state", "updated_at"], name="ix_stripe_writes_state"
                    ),
                ],
                "pk_attr": "id",
                "table_description": "One write. `params` are the fields of its operation (operations.py), `key` is the idempotency key of `attempt`.",
            },
            bases=["Row"],
        ),
        AddChecks("StripeWrite", ck_stripe_writes_state=STATE),
    ]
