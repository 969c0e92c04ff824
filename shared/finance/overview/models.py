"""What was sold on each day that is over, so that no page adds it up again."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from shared.infra.database.base import Row


class DaySums(Row):
    """What one day of the marketplace's zone came to. Nothing is added to a day that is over."""

    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    sums: Any = fields.JSONField(
        description="source -> currency -> [minor units, how many]"
    )

    class Meta:
        table = "day_sums"
        unique_together = (("starts_at", "ends_at"),)
