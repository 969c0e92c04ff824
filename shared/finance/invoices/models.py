"""Invoices and credit notes that vendors owe their shoppers, as they were issued."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.core.locales import LONGEST_TAG
from shared.finance.invoices.rules import DocumentKind
from shared.finance.refunds.models import Refund
from shared.infra.database.base import Row, words
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor


class InvoiceCounter(Row):
    """How many documents a vendor issued in a year; locked while the next number is given."""

    lock_rank = 255

    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="invoice_counters", on_delete=fields.RESTRICT
    )
    vendor_id: int
    year = fields.SmallIntField()
    issued = fields.IntField(default=0, description="the last number given")

    class Meta:
        table = "invoice_counters"
        unique_together = (("vendor", "year"),)


class SalesDocument(Row):
    """An invoice or a credit note; what stands on it is kept and never changes."""

    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="sales_documents", on_delete=fields.RESTRICT
    )
    vendor_id: int
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name="sales_documents", on_delete=fields.RESTRICT
    )
    order_id: int
    refund: fields.ForeignKeyNullableRelation[Refund] = fields.ForeignKeyField(
        "models.Refund",
        related_name="sales_documents",
        null=True,
        on_delete=fields.RESTRICT,
    )
    refund_id: int | None
    kind = fields.CharField(max_length=20)
    number = fields.CharField(max_length=90, unique=True)
    year = fields.SmallIntField()
    count = fields.IntField(description="within the vendor's year, without gaps")
    language = fields.CharField(max_length=LONGEST_TAG)
    content: dict[str, Any] = fields.JSONField()

    class Meta:
        table = "sales_documents"
        unique_together = (("vendor", "year", "count"),)
        indexes = [Index(fields=("order_id", "id"), name="ix_sales_documents_order")]
        constraints = [
            CheckConstraint(
                check=f"kind in ({words(DocumentKind)})", name="ck_sales_documents_kind"
            )
        ]
