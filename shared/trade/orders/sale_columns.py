"""What an order keeps of its sale and never changes: how it is sent, and what a code took off."""

from __future__ import annotations

from tortoise import fields

from shared.infra.database.base import minor_units
from shared.trade.shipping.rules import MOST_PLACE


class OrderSending:
    """How it is sent or picked up."""

    shipping_method = fields.CharField(
        max_length=80,
        default="",
        db_default="",
        description="as it was called; empty: the prices include sending",
    )
    shipping_kind = fields.CharField(
        max_length=20,
        default="",
        db_default="",
        description="flat | weight | pickup",
    )
    pickup_place = fields.CharField(
        max_length=MOST_PLACE,
        default="",
        db_default="",
        description="where it is picked up, as it was said at the sale",
    )
    promised_from_days = fields.SmallIntField(
        null=True, description="days after the order, as it was promised"
    )
    promised_to_days = fields.SmallIntField(null=True)


class OrderDiscount:
    """What a code took off it."""

    discount_code = fields.CharField(
        max_length=40,
        default="",
        db_default="",
        description="as it was given; empty: none",
    )
    discount_amount = minor_units(
        "minor units that a code takes off the goods; frozen at sale"
    )
    shipping_discount = minor_units(
        "minor units that a code takes off sending; not in shipping_amount"
    )
    marketplace_discount = minor_units(
        "minor units of both discounts that the marketplace bears"
    )
