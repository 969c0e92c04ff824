"""Where shoppers have things sent to; what they and vendors write to each other about an order."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.core.clock import now


class Migration(migrations.Migration):
    dependencies = [("models", "0060_shipping")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CustomerAddress",
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
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="addresses",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("full_name", fields.CharField(max_length=120)),
                ("address", fields.CharField(max_length=200)),
                ("address_extra", fields.CharField(default="", max_length=200)),
                ("city", fields.CharField(max_length=80)),
                ("postal_code", fields.CharField(default="", max_length=20)),
                (
                    "state",
                    fields.CharField(
                        default="",
                        description="as on a label; empty where none",
                        max_length=60,
                    ),
                ),
                ("country", fields.CharField(max_length=2)),
                ("is_default", fields.BooleanField(default=False)),
            ],
            options={
                "table": "customer_addresses",
                "app": "models",
                "indexes": [
                    Index(fields=["customer_id"], name="ix_customer_addresses_customer")
                ],
                "pk_attr": "id",
                "table_description": "Where a shopper has things sent to: one of a book of them, the default one first.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OrderMessage",
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
                    "order",
                    fields.ForeignKeyField(
                        "models.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="messages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="messages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("is_from_shopper", fields.BooleanField()),
                ("author", fields.CharField(description="member:7", max_length=60)),
                ("text", fields.TextField(unique=False)),
            ],
            options={
                "table": "order_messages",
                "app": "models",
                "indexes": [
                    Index(fields=["order_id", "id"], name="ix_order_messages_order")
                ],
                "pk_attr": "id",
                "table_description": "One message about an order, from its shopper or from its vendor.",
            },
            bases=["Row"],
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_customer_addresses_default ON customer_addresses (customer_id) WHERE is_default"
        ),
    ]
