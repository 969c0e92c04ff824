"""What a vendor says of sending, for pages."""

from __future__ import annotations

from dataclasses import replace

from shared.infra.database.raw_sql import Record, row_of
from shared.trade.shipping.models import ShippingSettings
from shared.trade.shipping.rules import ShippingPlan, read


def plan_in(record: Record) -> ShippingPlan | None:
    """The plan in a record that has the columns of its row (`s`); None where nothing was set."""
    if record["s.id"] is None:
        return None
    return plan_of(row_of(ShippingSettings, "s", record))


def plan_of(row: ShippingSettings) -> ShippingPlan:
    """The plan that a row holds."""
    plan = read(row.currency, row.handling_days, row.zones)
    return replace(plan, asks_phone=bool(row.asks_phone))


async def plan_of_vendor(vendor_id: int) -> ShippingPlan | None:
    """What a vendor says of sending; None where it has set nothing."""
    row = await ShippingSettings.get_or_none(vendor_id=vendor_id)
    return plan_of(row) if row is not None else None
