"""What a checkout shows of a basket: ways of sending, what a code takes off, the VAT inside, and
net prices where a business buys without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from quart import request

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.entrypoints.web.identity import customer
from shared.trade.baskets.codes import code_of
from shared.trade.baskets.parts import BasketView, ShopPart
from shared.trade.discounts.queries import CodeUser
from shared.trade.discounts.rules import Reduction
from shared.trade.orders.net_sales import (
    BusinessBuyer,
    NetPart,
    buyer_from,
    net_part,
)
from shared.trade.orders.selling import taxed_place
from shared.trade.orders.sold_vat import SoldTo, SoldVat, shown_vat
from shared.trade.orders.taxed_sales import vat_of_part
from shared.trade.vat.sales.businesses import business_of
from storefront.checkout.chosen_parts import SoldBasket, SoldPart
from storefront.checkout.delivery_choice import DeliveryChoice, delivery_choice
from storefront.checkout.destination import Destination


async def sold_basket(
    basket: BasketView,
    place: Destination,
    known: Mapping[str, str],
    user: CodeUser,
    *,
    is_refused: bool = False,
) -> SoldBasket:
    """What a checkout shows of a basket that goes to a place, with what was sent of it, or is known
    from before.

    `is_refused`: it could not be placed so, and each shop's part says what is wrong with it.
    """
    given = {**known, **await request.form}
    who = customer()
    business = await business_of(who.id if who else None)
    buyer = await buyer_from(business, basket.vendor_ids)
    begun = [
        _begun(
            part,
            place,
            delivery_choice(
                part,
                place.country,
                given,
                is_refused=is_refused,
            ),
            buyer,
        )
        for part in basket.parts
    ]
    shown = replace(basket, parts=tuple(each.shown for each in begun))
    code = await code_of(shown, user)
    off = code.off(shown, {each.vendor_id: each.sending for each in begun})
    parts = tuple(_sold(each, off.get(each.vendor_id)) for each in begun)
    is_net = any(part.net for part in parts)
    number = business.number if business and is_net else ""
    return SoldBasket(basket, parts, code, number)


@frozen
class Begun:
    """A part with how it is sent, where it is taxed as sent to, and its net prices if a business
    buys it without VAT.
    """

    part: ShopPart
    choice: DeliveryChoice | None
    place: str
    net: NetPart | None
    business: SoldTo | None

    @property
    def vendor_id(self) -> int:
        """Whose it is."""
        return self.part.vendor.id

    @property
    def shown(self) -> ShopPart:
        """Its things at the prices that are paid."""
        return self.net.part if self.net else self.part

    @property
    def sending(self) -> int | None:
        """What sending costs as it is chosen; None where it is not known."""
        if self.choice is None:
            return 0
        if self.choice.chosen is None:
            return None
        return self.net.prices.sending if self.net else self.choice.chosen.price.amount


def _begun(
    part: ShopPart,
    place: Destination,
    choice: DeliveryChoice | None,
    buyer: BusinessBuyer | None,
) -> Begun:
    offer = choice.chosen if choice else None
    where = taxed_place(part, place, offer)
    without = buyer.buys_from(part, where) if buyer and part.total else None
    if without is None:
        return Begun(
            part,
            choice,
            where,
            net=None,
            business=None,
        )
    net = net_part(part, where, offer.price.amount if offer else 0)
    taken_off = Money(net.prices.taken_off, part.currency)
    told = SoldTo(
        number=without.business.number,
        name=without.business.name,
        confirmed_at=without.business.confirmed_at,
        seller=without.seller,
        taken_off=taken_off,
    )
    return Begun(
        part,
        choice,
        where,
        net,
        told,
    )


def _sold(begun: Begun, reduction: Reduction | None) -> SoldPart:
    return SoldPart(
        begun.part,
        begun.choice,
        begun.place,
        _vat(begun, reduction),
        reduction,
        begun.net,
    )


def _vat(begun: Begun, reduction: Reduction | None) -> SoldVat | None:
    if not begun.place:
        return None
    found = vat_of_part(
        begun.shown,
        begun.place,
        begun.sending or 0,
        reduction,
        is_net=begun.net is not None,
    )
    borne = reduction.by_marketplace if reduction else 0
    return shown_vat(
        found,
        Money(borne, begun.part.currency),
        begun.business,
    )
