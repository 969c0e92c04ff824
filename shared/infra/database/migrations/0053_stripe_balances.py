"""What Stripe said last that each vendor's account holds: pages show it, and ask after that."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from shared.core.clock import now

JSON = functools.partial(dumps, separators=(",", ":"))


class Migration(migrations.Migration):
    dependencies = [("models", "0052_found_whole")]

    initial = False

    operations = [
        ops.CreateModel(
            name="StripeBalance",
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
                    "vendor",
                    fields.OneToOneField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="stripe_balance",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("stripe_account_id", fields.CharField(max_length=255)),
                (
                    "lines",
                    fields.JSONField(
                        description="a balance for each currency",
                        encoder=JSON,
                        decoder=loads,
                    ),
                ),
                ("read_at", fields.DatetimeField(description="when Stripe was asked")),
            ],
            options={
                "table": "stripe_balances",
                "app": "models",
                "pk_attr": "id",
                "table_description": (
                    "What Stripe said last that a vendor's account holds: pages show it at once,"
                    " and then ask."
                ),
            },
            bases=["Row"],
        ),
    ]
