"""What sending costs and how long it takes: zones, their methods, the price of a parcel. Pure.

A vendor that has set nothing sends everywhere, and its prices include it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.trade.shipping.errors import ChooseShipping, NotServed, ShippingChanged
from shared.trade.vat.rules import EU

# Places of a zone besides countries.
REST_OF_EU = "EU"
REST_OF_WORLD = "*"
MOST_ZONES = 20
MOST_METHODS = 8
MOST_DAYS = 90
MOST_GRAMS = 1_000_000
MOST_PLACE = 200  # letters
_KILOGRAM = 1000


class MethodKind(StrEnum):
    """How a method's price is made."""

    FLAT = "flat"
    WEIGHT = "weight"  # the first kilogram, and each that is begun after it
    PICKUP = "pickup"  # the shopper comes for it


@frozen
class DeliveryDays:
    """From how many days after the order to how many it arrives."""

    first: int
    last: int


@frozen
class ShippingMethod:
    """One way in which a vendor sends; amounts are minor units of the plan's currency.

    `price` of a parcel by weight is that of its first kilogram. `free_from`: the goods' worth from
    which it costs nothing. `days` are those on the way. `place`: where the shopper comes for it;
    empty elsewhere, and where it is the vendor's town.
    """

    key: str
    name: str
    kind: MethodKind
    price: int
    per_kilogram: int = 0
    most_grams: int | None = None
    free_from: int | None = None
    days: DeliveryDays | None = None
    place: str = ""


@frozen
class ShippingZone:
    """Where a vendor sends in the same way: ISO 3166-1 codes, REST_OF_EU, REST_OF_WORLD."""

    key: str
    places: tuple[str, ...]
    methods: tuple[ShippingMethod, ...] = ()

    def method(self, key: str) -> ShippingMethod | None:
        """The method of this key; None where there is none."""
        found = (method for method in self.methods if method.key == key)
        return next(found, None)


@frozen
class ShippingPlan:
    """All that a vendor says of sending. Without zones it has said nothing."""

    currency: str
    handling_days: int
    zones: tuple[ShippingZone, ...] = ()
    asks_phone: bool = False

    def zone(self, key: str) -> ShippingZone | None:
        """The zone of this key; None where there is none."""
        found = (zone for zone in self.zones if zone.key == key)
        return next(found, None)

    def zone_for(self, country: str) -> ShippingZone | None:
        """The zone that a country is in: the one that names it, else the rest of the EU, else the
        rest of the world.
        """
        ranked = [country, REST_OF_WORLD]
        if country in EU:
            ranked.insert(1, REST_OF_EU)
        of_place = {place: zone for zone in self.zones for place in zone.places}
        return next((of_place[place] for place in ranked if place in of_place), None)


@frozen
class Parcel:
    """What one vendor sends to one country."""

    country: str
    goods: Money
    grams: int


@frozen
class ShippingOffer:
    """A method as it is offered for one parcel."""

    key: str
    name: str
    kind: MethodKind
    price: Money
    days: DeliveryDays | None
    place: str = ""

    @property
    def is_pickup(self) -> bool:
        """Whether the shopper fetches it."""
        return self.kind is MethodKind.PICKUP


@frozen
class ShippingChoice:
    """What a shopper chose, and the price that stood beside it, in minor units."""

    key: str
    seen: int


def offers(plan: ShippingPlan, parcel: Parcel) -> tuple[ShippingOffer, ...]:
    """What a parcel can be sent by, in the vendor's order; nothing where it is not sent there."""
    zone = plan.zone_for(parcel.country)
    if zone is None or parcel.goods.currency != plan.currency:
        return ()
    return offers_in(plan, zone, parcel)


def offers_in(
    plan: ShippingPlan,
    zone: ShippingZone,
    parcel: Parcel,
) -> tuple[ShippingOffer, ...]:
    """What a parcel can be sent by within a zone, whatever its country."""
    return tuple(
        _offer(plan, method, parcel)
        for method in zone.methods
        if method.most_grams is None or parcel.grams <= method.most_grams
    )


def _offer(
    plan: ShippingPlan,
    method: ShippingMethod,
    parcel: Parcel,
) -> ShippingOffer:
    return ShippingOffer(
        key=method.key,
        name=method.name,
        kind=method.kind,
        price=Money(_price(method, parcel), plan.currency),
        days=promised(plan, method),
        place=method.place,
    )


def _price(method: ShippingMethod, parcel: Parcel) -> int:
    if method.free_from is not None and parcel.goods.amount >= method.free_from:
        return 0
    if method.kind is not MethodKind.WEIGHT:
        return method.price
    begun = -(-parcel.grams // _KILOGRAM)  # each that is begun counts whole
    return method.price + method.per_kilogram * max(begun - 1, 0)


def promised(
    plan: ShippingPlan,
    method: ShippingMethod,
) -> DeliveryDays | None:
    """After how many days it is there: until it is handed over, and on the way."""
    if method.days is None:
        return None
    handling = plan.handling_days
    return DeliveryDays(handling + method.days.first, handling + method.days.last)


def chosen(
    plan: ShippingPlan | None,
    parcel: Parcel,
    choice: ShippingChoice | None,
    *,
    shop: str,
) -> ShippingOffer | None:
    """The offer that a shopper took; None where the vendor's prices include sending.

    Raises NotServed, ChooseShipping where none was taken that can be, ShippingChanged where its
    price is another than the shopper saw.
    """
    if plan is None or not plan.zones:
        return None
    offered = offers(plan, parcel)
    if not offered:
        raise NotServed(shop=shop, country=parcel.country)
    taken = [offer for offer in offered if choice and offer.key == choice.key]
    if choice is None or not taken:
        raise ChooseShipping(shop=shop)
    if taken[0].price.amount != choice.seen:
        raise ShippingChanged(shop=shop)
    return taken[0]


def where_named(
    plan: ShippingPlan,
    places: Iterable[str],
    *,
    beside: str,
) -> str | None:
    """The first of these places that another zone than `beside` has already."""
    others = (zone for zone in plan.zones if zone.key != beside)
    taken = {place for zone in others for place in zone.places}
    return next((place for place in places if place in taken), None)


def served(
    plan: ShippingPlan,
    countries: Iterable[str],
) -> tuple[str, ...]:
    """Those of `countries` that something is sent to."""
    return tuple(code for code in countries if _has_methods(plan.zone_for(code)))


def _has_methods(zone: ShippingZone | None) -> bool:
    return zone is not None and bool(zone.methods)


def written(
    zones: Iterable[ShippingZone],
) -> list[dict[str, Any]]:
    """Zones as they are stored."""
    return [asdict(zone) for zone in zones]


def read(
    currency: str,
    handling_days: int,
    zones: Iterable[Mapping[str, Any]],
) -> ShippingPlan:
    """A plan as it was stored."""
    return ShippingPlan(currency, handling_days, tuple(map(_zone, zones)))


def _zone(stored: Mapping[str, Any]) -> ShippingZone:
    methods = tuple(map(_method, stored["methods"]))
    return ShippingZone(stored["key"], tuple(stored["places"]), methods)


def _method(stored: Mapping[str, Any]) -> ShippingMethod:
    days = stored["days"]
    return ShippingMethod(
        **{
            **stored,
            "kind": MethodKind(stored["kind"]),
            "days": DeliveryDays(**days) if days else None,
        }
    )
