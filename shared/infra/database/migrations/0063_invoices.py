"""Invoices and credit notes that vendors owe their shoppers, numbered per vendor and year without gaps."""

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
    dependencies = [("models", "0062_shared_disputes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="InvoiceCounter",
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
                        db_constraint=True,
                        to_field="id",
                        related_name="invoice_counters",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("year", fields.SmallIntField()),
                (
                    "issued",
                    fields.IntField(default=0, description="the last number given"),
                ),
            ],
            options={
                "table": "invoice_counters",
                "app": "models",
                "unique_together": (("vendor", "year"),),
                "pk_attr": "id",
                "table_description": "How many documents a vendor issued in a year; locked while the next number is given.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SalesDocument",
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
                        db_constraint=True,
                        to_field="id",
                        related_name="sales_documents",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "order",
                    fields.ForeignKeyField(
                        "models.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sales_documents",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "refund",
                    fields.ForeignKeyField(
                        "models.Refund",
                        source_field="refund_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="sales_documents",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=20)),
                ("number", fields.CharField(unique=True, max_length=90)),
                ("year", fields.SmallIntField()),
                (
                    "count",
                    fields.IntField(
                        description="within the vendor's year, without gaps"
                    ),
                ),
                ("language", fields.CharField(max_length=8)),
                (
                    "content",
                    fields.JSONField(
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": "sales_documents",
                "app": "models",
                "unique_together": (("vendor", "year", "count"),),
                "constraints": [
                    CheckConstraint(
                        check="kind in ('invoice', 'credit_note', 'reversal')",
                        name="ck_sales_documents_kind",
                    )
                ],
                "indexes": [
                    Index(fields=["order_id", "id"], name="ix_sales_documents_order")
                ],
                "pk_attr": "id",
                "table_description": "An invoice or a credit note; what stands on it is kept and never changes.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "SalesDocument",
            ck_sales_documents_kind="kind in ('invoice', 'credit_note', 'reversal')",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_sales_documents_invoice ON sales_documents (order_id) WHERE refund_id IS NULL"
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_sales_documents_refund ON sales_documents (refund_id, kind) WHERE refund_id IS NOT NULL"
        ),
    ]
