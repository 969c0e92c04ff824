"""How each shop in the basket sends its part: what fits the address, and what was chosen of it.

Radios outside WTForms: their names and values follow the basket (`shipping-<vendor id>`,
`<method>:<price that stood beside it>`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.core.formats import country_within
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.trade.baskets.parts import ShopPart
from shared.trade.shipping.errors import ChooseShipping, NotServed, ShippingChanged
from shared.trade.shipping.places import COUNTRIES, places_line
from shared.trade.shipping.rules import (
    Parcel,
    ShippingChoice,
    ShippingOffer,
    chosen,
    offers,
    served,
)

_FIELD = re.compile(r"shipping-([1-9][0-9]{0,17})", re.ASCII)
_VALUE = re.compile(r"([A-Za-z0-9_-]{1,40}):([0-9]{1,9})", re.ASCII)


@frozen
class DeliveryChoice:
    """What one shop offers for the address, and which of it is chosen.

    Without offers it sends nothing there: `problem` says so, `elsewhere` where it does.
    """

    vendor_id: int
    shop: str
    country: str
    goods: Money
    offers: tuple[ShippingOffer, ...]
    chosen: ShippingOffer | None
    problem: str = ""
    elsewhere: str = ""

    @property
    def field(self) -> str:
        """The name of its radios."""
        return way_field(self.vendor_id)

    @property
    def place(self) -> str:
        """The country within a sentence."""
        return country_within(self.country)

    @property
    def total(self) -> Money:
        """What is paid, with what is chosen."""
        return self.goods + self.chosen.price if self.chosen else self.goods


def way_field(vendor_id: int) -> str:
    """The name of the radios of how a shop sends."""
    return f"shipping-{vendor_id}"


def delivery_choice(
    part: ShopPart,
    country: str,
    given: Mapping[str, str],
    *,
    is_refused: bool = False,
) -> DeliveryChoice | None:
    """The choice for a shop's things that go to a country; None where its prices include delivery.

    What was sent stays chosen while it is offered, whatever it costs by now; so does what was
    chosen before, by its name (`given` may have that); else the first is.
    `is_refused`: what was sent could not be placed, so what is wrong with it is said.
    """
    vendor, plan, parcel = part.vendor, part.shipping, part.parcel_to(country)
    if parcel is None or plan is None or not plan.zones:
        return None
    offered = offers(plan, parcel) if country in COUNTRIES else ()
    said = given.get(way_field(vendor.id), "")
    key = said.partition(":")[0]
    kept = [offer for offer in offered if offer.key == key or offer.name == said]
    problem = elsewhere = ""
    if not offered:
        problem = NotServed(shop=vendor.name, country=country).message
        elsewhere = places_line(served(plan, COUNTRIES), within=True)
    elif is_refused:
        problem = _what_is_wrong(part, parcel, given)
    return DeliveryChoice(
        vendor_id=vendor.id,
        shop=vendor.name,
        country=country,
        goods=parcel.goods,
        offers=offered,
        chosen=next(iter([*kept, *offered]), None),
        problem=problem,
        elsewhere=elsewhere,
    )


def _what_is_wrong(
    part: ShopPart,
    parcel: Parcel,
    given: Mapping[str, str],
) -> str:
    choice = taken(given).get(part.vendor.id)
    try:
        chosen(
            part.shipping,
            parcel,
            choice,
            shop=part.vendor.name,
        )
    except (ChooseShipping, ShippingChanged) as problem:
        return problem.message
    return ""


def taken(given: Mapping[str, str]) -> dict[int, ShippingChoice]:
    """What was chosen, by vendor; whatever else was sent is left out."""
    found = {}
    for name, value in given.items():
        field, said = _FIELD.fullmatch(name), _VALUE.fullmatch(value)
        if field and said:
            choice = ShippingChoice(said[1], seen=int(said[2]))
            found[int(field[1])] = choice
    return found
