"""A vendor's ways of sending, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.trade.shipping.models import ShippingSettings
from shared.trade.shipping.rules import (
    REST_OF_EU,
    DeliveryDays,
    MethodKind,
    ShippingChoice,
    ShippingMethod,
    ShippingPlan,
    ShippingZone,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

STANDARD = ShippingMethod(
    "standard",
    "Standard parcel",
    MethodKind.FLAT,
    490,
    free_from=100_00,
    days=DeliveryDays(1, 3),
)
EXPRESS = ShippingMethod("express", "Express", MethodKind.FLAT, 1490)
PICKUP = ShippingMethod("pickup", "Pick up at the shop", MethodKind.PICKUP, 0)
HEAVY = ShippingMethod(
    "heavy",
    "By weight",
    MethodKind.WEIGHT,
    1000,
    per_kilogram=200,
    most_grams=20_000,
)
HOME = ShippingZone("home", ("DE", "LU"), (STANDARD, EXPRESS, PICKUP))
ABROAD = ShippingZone("abroad", (REST_OF_EU,), (HEAVY,))
PLAN = ShippingPlan("EUR", 2, (HOME, ABROAD))
BY_STANDARD = ShippingChoice("standard", 490)
BY_EXPRESS = ShippingChoice("express", 1490)
CHOICES = {
    "standard": BY_STANDARD,
    "express": BY_EXPRESS,
    "pickup": ShippingChoice("pickup", 0),
}


async def send_by(vendor_id: int, plan: ShippingPlan = PLAN) -> ShippingSettings:
    """Let a vendor send by a plan."""
    return await ShippingSettings.create(
        vendor_id=vendor_id,
        currency=plan.currency,
        handling_days=plan.handling_days,
        zones=written(plan.zones),
    )


async def chosen_of(vendor_ids: Iterable[int], sent: str) -> dict[int, ShippingChoice]:
    """The same way for each of these vendors that sends by the plan above; the others' prices
    include it.
    """
    mine = ShippingSettings.filter(vendor_id__in=list(vendor_ids))
    return {row.vendor_id: CHOICES[sent] for row in await mine}
