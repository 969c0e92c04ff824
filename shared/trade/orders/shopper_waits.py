"""Whether an order's shopper waits for its vendor; what sets it is in messages and returns."""

from __future__ import annotations

from tortoise import fields


class ShopperWaits:
    """What lists and counters of a vendor go by."""

    message_waits = fields.BooleanField(
        default=False,
        db_default=False,
        description="whether its shopper wrote and the vendor has not answered",
    )
    return_waits = fields.BooleanField(
        default=False,
        db_default=False,
        description="whether its shopper asks for money back and nobody has decided",
    )
