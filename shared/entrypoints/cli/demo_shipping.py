"""How the demo's first shop sends: its neighbours, the rest of the EU, the rest of the world."""

from __future__ import annotations

from shared.trade.shipping.queries import plan_of_vendor
from shared.trade.shipping.rules import (
    REST_OF_EU,
    REST_OF_WORLD,
    DeliveryDays,
    MethodKind,
)
from shared.trade.shipping.service import Editor, MethodValues, save_method, save_zone

_FREE_FROM = 50_00
ZONES = {
    ("AT", "BE", "DE", "FR", "LU", "NL"): (
        MethodValues(
            "Standard parcel",
            MethodKind.FLAT,
            4_90,
            free_from=_FREE_FROM,
            days=DeliveryDays(1, 3),
        ),
        MethodValues("Express", MethodKind.FLAT, 14_90, days=DeliveryDays(1, 1)),
        MethodValues("Pick up in the workshop", MethodKind.PICKUP, 0),
    ),
    (REST_OF_EU,): (
        MethodValues(
            "Parcel with signature",
            MethodKind.FLAT,
            9_90,
            free_from=3 * _FREE_FROM,
            days=DeliveryDays(3, 6),
        ),
    ),
    (REST_OF_WORLD,): (
        MethodValues(
            "Air parcel",
            MethodKind.WEIGHT,
            19_00,
            per_kilogram=6_00,
            days=DeliveryDays(6, 12),
        ),
    ),
}


async def send(vendor_id: int, actor: str) -> None:
    """Say so, unless the vendor has said something already."""
    if await plan_of_vendor(vendor_id) is not None:
        return
    editor = Editor(vendor_id, actor)
    for places, methods in ZONES.items():
        key = await save_zone(editor, None, places)
        for values in methods:
            await save_method(editor, key, None, values)
