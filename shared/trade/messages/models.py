"""What a shopper and a vendor write to each other about an order."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index

from shared.infra.database.base import Row
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor


class OrderMessage(Row):
    """One message about an order, from its shopper or from its vendor."""

    activity_columns = ()

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name="messages", on_delete=fields.RESTRICT
    )
    order_id: int
    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="messages", on_delete=fields.RESTRICT
    )
    vendor_id: int
    is_from_shopper = fields.BooleanField()
    author = fields.CharField(max_length=60, description="member:7")
    text = fields.TextField()

    class Meta:
        table = "order_messages"
        indexes = [Index(fields=("order_id", "id"), name="ix_order_messages_order")]
