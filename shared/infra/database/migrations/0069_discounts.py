"""Discount codes, their uses, and how often codes were guessed; a basket keeps the code it was given."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0068_discounted_orders")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CodeTries",
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
                ("network", fields.CharField(max_length=45)),
                (
                    "hour",
                    fields.DatetimeField(
                        description="when it began", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "unknown",
                    fields.IntField(default=0, description="codes that nobody has"),
                ),
                (
                    "stopped",
                    fields.IntField(
                        default=0, description="tries that were refused unseen"
                    ),
                ),
            ],
            options={
                "table": "code_tries",
                "app": "models",
                "unique_together": (("network", "hour"),),
                "constraints": [
                    CheckConstraint(
                        check="unknown >= 0 and stopped >= 0",
                        name="ck_code_tries_counts",
                    )
                ],
                "indexes": [Index(fields=["hour"], name="ix_code_tries_hour")],
                "pk_attr": "id",
                "table_description": "How often codes that do not exist were tried from one network within an hour.",
            },
            bases=["Row"],
        ),
        AddChecks("CodeTries", ck_code_tries_counts="unknown >= 0 and stopped >= 0"),
        ops.CreateModel(
            name="DiscountCode",
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
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="discounts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "code",
                    fields.CharField(
                        description="rules.typed_code of what was typed", max_length=40
                    ),
                ),
                ("kind", fields.CharField(max_length=20)),
                (
                    "percentage",
                    fields.DecimalField(null=True, max_digits=5, decimal_places=2),
                ),
                (
                    "amount",
                    fields.BigIntField(
                        default=0,
                        description="of currency, that it takes off",
                        db_default=0,
                    ),
                ),
                (
                    "currency",
                    fields.CharField(
                        default="",
                        description="of its amounts; empty: it has none",
                        max_length=3,
                    ),
                ),
                (
                    "least_amount",
                    fields.BigIntField(
                        default=0,
                        description="of currency, that the goods it is for cost at least",
                        db_default=0,
                    ),
                ),
                (
                    "starts_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "ends_at",
                    fields.DatetimeField(
                        null=True,
                        description="from this moment on it is over",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "most_uses",
                    fields.IntField(null=True, description="null: any number"),
                ),
                (
                    "most_per_shopper",
                    fields.IntField(null=True, description="null: any number"),
                ),
                (
                    "vendor_ids",
                    fields.JSONField(
                        default=list,
                        description="whose goods the marketplace's is for; empty: all",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "categories",
                    fields.JSONField(
                        default=list,
                        description="names of those it is for; empty: all",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("is_active", fields.BooleanField(default=True)),
                (
                    "uses",
                    fields.IntField(
                        default=0, description="redemptions that are reserved or used"
                    ),
                ),
            ],
            options={
                "table": "discounts",
                "app": "models",
                "unique_together": (("vendor", "code"),),
                "constraints": [
                    CheckConstraint(
                        check="kind in ('percent', 'amount', 'shipping')",
                        name="ck_discounts_kind",
                    ),
                    CheckConstraint(
                        check="(kind = 'percent') = (percentage is not null) and (percentage is null or (cast(percentage as numeric) > 0 and cast(percentage as numeric) <= 100))",
                        name="ck_discounts_percentage",
                    ),
                    CheckConstraint(
                        check="amount >= 0 and least_amount >= 0 and (kind = 'amount') = (amount > 0) and (currency <> '' or (amount = 0 and least_amount = 0))",
                        name="ck_discounts_amounts",
                    ),
                    CheckConstraint(
                        check="starts_at is null or ends_at is null or starts_at < ends_at",
                        name="ck_discounts_times",
                    ),
                    CheckConstraint(
                        check="uses >= 0 and (most_uses is null or most_uses > 0) and (most_per_shopper is null or most_per_shopper > 0)",
                        name="ck_discounts_limits",
                    ),
                ],
                "indexes": [Index(fields=["code"], name="ix_discounts_code")],
                "pk_attr": "id",
                "table_description": "A code that takes something off; without a vendor the marketplace's. Never deleted.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "DiscountCode",
            ck_discounts_kind="kind in ('percent', 'amount', 'shipping')",
            ck_discounts_percentage="(kind = 'percent') = (percentage is not null) and (percentage is null or (cast(percentage as numeric) > 0 and cast(percentage as numeric) <= 100))",
            ck_discounts_amounts="amount >= 0 and least_amount >= 0 and (kind = 'amount') = (amount > 0) and (currency <> '' or (amount = 0 and least_amount = 0))",
            ck_discounts_times="starts_at is null or ends_at is null or starts_at < ends_at",
            ck_discounts_limits="uses >= 0 and (most_uses is null or most_uses > 0) and (most_per_shopper is null or most_per_shopper > 0)",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_discounts_marketplace ON discounts (code) WHERE vendor_id IS NULL",
            "DROP INDEX uq_discounts_marketplace",
        ),
        ops.CreateModel(
            name="Redemption",
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
                    "discount",
                    fields.ForeignKeyField(
                        "models.DiscountCode",
                        source_field="discount_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="redemptions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "checkout",
                    fields.ForeignKeyField(
                        "models.Checkout",
                        source_field="checkout_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="redemptions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("status", fields.CharField(default="reserved", max_length=20)),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="redemptions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "shopper_digest",
                    fields.CharField(
                        description="of rules.shopper_key, the address of the purchase",
                        max_length=64,
                    ),
                ),
                (
                    "amount",
                    fields.BigIntField(
                        default=0,
                        description="of currency, that it takes off goods and sending",
                        db_default=0,
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
            ],
            options={
                "table": "redemptions",
                "app": "models",
                "unique_together": (("discount", "checkout"),),
                "constraints": [
                    CheckConstraint(
                        check="status in ('reserved', 'used', 'released')",
                        name="ck_redemptions_status",
                    ),
                    CheckConstraint(check="amount >= 0", name="ck_redemptions_amount"),
                ],
                "indexes": [
                    Index(fields=["checkout_id"], name="ix_redemptions_checkout"),
                    Index(
                        fields=["discount_id", "status"], name="ix_redemptions_discount"
                    ),
                    Index(
                        fields=["discount_id", "shopper_digest"],
                        name="ix_redemptions_shopper",
                    ),
                    Index(
                        fields=["discount_id", "customer_id"],
                        name="ix_redemptions_customer",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "One purchase that uses a code: who it counts for, and what was taken off.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "Redemption",
            ck_redemptions_status="status in ('reserved', 'used', 'released')",
            ck_redemptions_amount="amount >= 0",
        ),
        ops.AddField(
            model_name="Basket",
            name="discount_code",
            field=fields.CharField(
                default="",
                description="discounts/rules.py::typed_code; empty: none",
                db_default="",
                max_length=40,
            ),
        ),
    ]
