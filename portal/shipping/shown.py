"""A vendor's zones and ways of sending in words."""

from __future__ import annotations

from shared.core.formats import number
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.entrypoints.web.filters import money
from shared.trade.shipping.places import places_line
from shared.trade.shipping.rules import (
    DeliveryDays,
    MethodKind,
    ShippingMethod,
    ShippingPlan,
    ShippingZone,
    promised,
)


@frozen
class ShownMethod:
    """A way of sending as its vendor's page tells it."""

    key: str
    name: str
    price: str
    notes: tuple[str, ...]
    days: DeliveryDays | None


@frozen
class ShownZone:
    """A zone with its ways of sending."""

    key: str
    title: str
    methods: tuple[ShownMethod, ...]


def shown_zones(plan: ShippingPlan) -> tuple[ShownZone, ...]:
    """Every zone, in its vendor's order."""
    return tuple(
        ShownZone(
            zone.key,
            zone_title(zone),
            tuple(_method(plan, method) for method in zone.methods),
        )
        for zone in plan.zones
    )


def zone_title(zone: ShippingZone) -> str:
    """A zone is called by what is in it."""
    return places_line(zone.places)


def _method(plan: ShippingPlan, method: ShippingMethod) -> ShownMethod:
    price = Money(method.price, plan.currency)
    return ShownMethod(
        method.key,
        method.name,
        money(price) if price else _("Free"),
        tuple(_notes(plan, method)),
        promised(plan, method),
    )


def _notes(plan: ShippingPlan, method: ShippingMethod) -> list[str]:
    notes = []
    if method.kind is MethodKind.PICKUP:
        notes.append(method.place or _("The shopper picks it up"))
    if method.per_kilogram:
        more = money(Money(method.per_kilogram, plan.currency))
        notes.append(_("%(amount)s each further kilogram", amount=more))
    if method.most_grams is not None:
        notes.append(_("up to %(most)s kg", most=number(method.most_grams // 1000)))
    if method.free_from is not None:
        least = money(Money(method.free_from, plan.currency))
        notes.append(_("free from %(amount)s", amount=least))
    return notes
