"""What a shop promises about delivery before anybody has said where to: a line for each zone."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.trade.shipping.places import places_line
from shared.trade.shipping.rules import (
    DeliveryDays,
    MethodKind,
    Parcel,
    ShippingOffer,
    ShippingPlan,
    ShippingZone,
    offers_in,
)


@frozen
class DeliveryPromise:
    """To where, in how many days, and what the cheapest way costs."""

    places: str
    days: DeliveryDays | None
    least: Money
    is_pickup: bool


def promises(
    plan: ShippingPlan | None,
    parcel: Parcel,
) -> tuple[DeliveryPromise, ...]:
    """One for each zone that such a parcel is sent to, that of its country first."""
    if plan is None or parcel.goods.currency != plan.currency:
        return ()
    home = plan.zone_for(parcel.country)
    zones = sorted(plan.zones, key=lambda zone: zone != home)
    return tuple(
        _promise(zone, offered)
        for zone in zones
        if (offered := offers_in(plan, zone, parcel))
    )


def _promise(zone: ShippingZone, offered: Sequence[ShippingOffer]) -> DeliveryPromise:
    """Who has it sent reads what that costs; where it can only be fetched, that."""
    sent = [offer for offer in offered if offer.kind is not MethodKind.PICKUP]
    cheapest = min(sent or offered, key=lambda offer: offer.price.amount)
    return DeliveryPromise(
        places=places_line(zone.places, within=True),
        days=cheapest.days,
        least=cheapest.price,
        is_pickup=not sent,
    )
