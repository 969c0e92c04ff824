"""Every Stripe id that we ever saw, and what of ours it belongs to: so that late and odd events
find their order.
"""

from __future__ import annotations

from typing import Any

from tortoise import fields

from shared.infra.database.base import Row
from shared.infra.database.indexes import IndexWhere


class StripeReference(Row):
    """One Stripe object. `subject` reads `refund:12`; order and vendor where there is one."""

    stripe_id = fields.CharField(max_length=255, unique=True)
    subject = fields.CharField(max_length=80)
    order: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Order",
        related_name="stripe_references",
        null=True,
        on_delete=fields.RESTRICT,
    )
    order_id: int | None
    vendor: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Vendor",
        related_name="stripe_references",
        null=True,
        on_delete=fields.RESTRICT,
    )
    vendor_id: int | None

    class Meta:
        table = "stripe_references"
        indexes = [
            IndexWhere(
                fields=("order_id",),
                name="ix_stripe_references_order",
                where="order_id IS NOT NULL",
            )
        ]
