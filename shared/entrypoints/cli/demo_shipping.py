"""How the demo's first shop sends: its neighbours, the rest of the EU, the rest of the world."""

from __future__ import annotations

from shared.trade.shipping.queries import plan_of_vendor
from shared.trade.shipping.rules import (
    REST_OF_EU,
    REST_OF_WORLD,
    DeliveryDays,
    MethodKind,
    ShippingMethod,
)
from shared.trade.shipping.service import Editor, save_method, save_zone

_FREE_FROM = 50_00
_NEW = ""  # has no key yet
ZONES = {
    ("AT", "BE", "DE", "FR", "LU", "NL"): (
        ShippingMethod(
            _NEW,
            "Standard parcel",
            MethodKind.FLAT,
            4_90,
            free_from=_FREE_FROM,
            days=DeliveryDays(1, 3),
        ),
        ShippingMethod(
            _NEW,
            "Express",
            MethodKind.FLAT,
            14_90,
            days=DeliveryDays(1, 1),
        ),
        ShippingMethod(
            _NEW,
            "Pick up in the workshop",
            MethodKind.PICKUP,
            0,
            place="12, rue de l’Eau, L-1449 Luxembourg. Monday to Friday, 10 to 18.",
        ),
    ),
    (REST_OF_EU,): (
        ShippingMethod(
            _NEW,
            "Parcel with signature",
            MethodKind.FLAT,
            9_90,
            free_from=3 * _FREE_FROM,
            days=DeliveryDays(3, 6),
        ),
    ),
    (REST_OF_WORLD,): (
        ShippingMethod(
            _NEW,
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
        for method in methods:
            await save_method(editor, key, method)
