"""What each vendor says of sending: one row, always read whole, so its zones are one document."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row
from shared.trade.shipping.rules import MOST_DAYS
from shared.trade.vendors.models import Vendor


class ShippingSettings(Row):
    """Zones, methods and days of one vendor. Orders keep copies of what they were sold with."""

    lock_rank = 155

    vendor: fields.OneToOneRelation[Vendor] = fields.OneToOneField(
        "models.Vendor", related_name="shipping_settings", on_delete=fields.RESTRICT
    )
    vendor_id: int
    currency = fields.CharField(max_length=3, description="of all amounts in zones")
    handling_days = fields.SmallIntField(
        default=1, description="until an order is handed over to be sent"
    )
    asks_phone = fields.BooleanField(
        default=False,
        db_default=False,
        description="whether shoppers are asked for a number that the carrier can call",
    )
    zones: Any = fields.JSONField(
        default=list, description="shared/trade/shipping/rules.py::written"
    )

    class Meta:
        table = "shipping_settings"
        constraints = [
            CheckConstraint(
                check=f"handling_days >= 0 and handling_days <= {MOST_DAYS}",
                name="ck_shipping_settings_handling",
            )
        ]
