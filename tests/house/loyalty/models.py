"""Points."""

from __future__ import annotations

from tortoise import fields

from shared.infra.database.base import Row


class LoyaltyPoints(Row):
    """What one payment earned."""

    payment_id = fields.BigIntField(unique=True)
    points = fields.IntField()

    class Meta:
        table = "loyalty_points"
