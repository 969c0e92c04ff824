"""What a vendor says of sending, for pages."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache

from shared.infra.database.raw_sql import Record
from shared.trade.shipping.models import ShippingSettings
from shared.trade.shipping.rules import ShippingPlan, read


def plan_in(record: Record) -> ShippingPlan | None:
    """The plan in a record that has the columns of its row (`s`); None where nothing was set."""
    if record["s.id"] is None:
        return None
    return _plan(
        record["s.currency"],
        record["s.handling_days"],
        record["s.zones"],
        asks_phone=bool(record["s.asks_phone"]),
    )


@lru_cache(maxsize=512)
def _plan(
    currency: str,
    handling_days: int,
    zones: str,
    *,
    asks_phone: bool,
) -> ShippingPlan:
    """Made once of the same words: a purchase reads its shops' plans again with each step."""
    plan = read(currency, handling_days, json.loads(zones))
    return replace(plan, asks_phone=asks_phone)


def plan_of(row: ShippingSettings) -> ShippingPlan:
    """The plan that a row holds."""
    plan = read(row.currency, row.handling_days, row.zones)
    return replace(plan, asks_phone=bool(row.asks_phone))


async def plan_of_vendor(vendor_id: int) -> ShippingPlan | None:
    """What a vendor says of sending; None where it has set nothing."""
    row = await ShippingSettings.get_or_none(vendor_id=vendor_id)
    return plan_of(row) if row is not None else None
