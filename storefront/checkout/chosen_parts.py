"""Which shops' things a checkout is about: form and address name them (`part`), or say whose are
left for later (`without`); all that are in the basket where they say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from quart import request

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.entrypoints.web.filters import money
from shared.trade.baskets.codes import BasketCode
from shared.trade.baskets.parts import BasketView, ShopPart, total_of
from shared.trade.baskets.queries import get_basket
from shared.trade.discounts.rules import Reduction
from shared.trade.orders.net_sales import NetPart, net_part
from shared.trade.orders.sold_vat import SoldVat
from shared.trade.shipping.rules import MethodKind, ShippingOffer
from storefront.browser import basket_token
from storefront.checkout.delivery_choice import DeliveryChoice

PART = "part"
WITHOUT = "without"
_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


async def chosen_basket() -> BasketView:
    """Those parts of this browser's basket that the request is about."""
    whole = await get_basket(basket_token(), write=money)
    sent = request.args if request.method == "GET" else await request.form
    named = _ids(sent.getlist(PART)) or whole.vendor_ids
    return whole.of(named - _ids(sent.getlist(WITHOUT)))


def _ids(values: Iterable[str]) -> frozenset[int]:
    return frozenset(int(value) for value in values if _ID.fullmatch(value))


@frozen
class SoldPart:
    """A shop's part of a checkout, with how it is sent (None where its prices include that), where
    it is taxed as sent to, and the VAT in it, None where that is not known. `reduction`: what the
    basket's code takes off it. `net`: what it costs a business that buys without VAT.
    """

    part: ShopPart
    choice: DeliveryChoice | None
    place: str
    vat: SoldVat | None
    reduction: Reduction | None = None
    net: NetPart | None = None

    @property
    def shown(self) -> ShopPart:
        """Its things at the prices that are paid."""
        return self.net.part if self.net else self.part

    @property
    def is_untaxed(self) -> bool:
        """Whether it is known that no VAT is inside."""
        return self.vat is not None and not self.vat.treatment.is_taxed

    @property
    def total(self) -> Money | None:
        """What is paid for it, with what is chosen and what is taken off."""
        goods, sending = self.shown.total, self._sending
        if goods is None:
            return None
        off = self.reduction.total if self.reduction else 0
        return goods + Money(sending - off, goods.currency)

    @property
    def _sending(self) -> int:
        if self.net is not None:
            return self.net.prices.sending
        chosen = self.choice.chosen if self.choice else None
        return chosen.price.amount if chosen else 0

    @property
    def delivery_price(self) -> Money | None:
        """What is paid for sending it; None where nothing is chosen."""
        chosen = self.choice.chosen if self.choice else None
        if chosen is None:
            return None
        off = self.reduction.shipping if self.reduction else 0
        return Money(self._sending - off, chosen.price.currency)

    def price_of(self, offer: ShippingOffer) -> Money:
        """What a way of sending would cost."""
        if self.net is None or offer.kind is MethodKind.PICKUP:
            return offer.price
        found = net_part(self.part, self.place, offer.price.amount)
        return Money(found.prices.sending, offer.price.currency)

    @property
    def lacks_delivery(self) -> bool:
        """Whether its shop sends nothing there."""
        return self.choice is not None and self.choice.chosen is None


@frozen
class SoldBasket:
    """All that a checkout is about."""

    basket: BasketView
    parts: tuple[SoldPart, ...]
    code: BasketCode = BasketCode()
    number: str = ""  # of the business that buys some of it without VAT

    @property
    def net_parts(self) -> tuple[SoldPart, ...]:
        """Those parts that are bought without VAT."""
        return tuple(part for part in self.parts if part.net is not None)

    @property
    def off(self) -> Money | None:
        """What the code takes off the goods; None for nothing."""
        found = [part.reduction for part in self.parts if part.reduction]
        amount = sum(reduction.goods for reduction in found)
        return Money(amount, found[0].currency) if amount else None

    @property
    def frees_delivery(self) -> bool:
        """Whether the code lets a shop send for nothing."""
        found = (part.reduction for part in self.parts)
        return any(reduction.frees_shipping for reduction in found if reduction)

    @property
    def total(self) -> Money | None:
        """What is paid, with what is chosen."""
        return total_of(part.total for part in self.parts)

    @property
    def is_shared(self) -> bool:
        """Whether more than one shop is paid by it."""
        return len(self.parts) > 1

    @property
    def untaxed(self) -> tuple[SoldPart, ...]:
        """Those parts that have no VAT inside."""
        return tuple(part for part in self.parts if part.is_untaxed)

    @property
    def has_choice(self) -> bool:
        """Whether a shop in it says how it sends."""
        return any(part.choice for part in self.parts)

    @property
    def is_free(self) -> bool:
        """Whether nothing is paid, whatever is chosen yet."""
        return self.total is not None and not (self.total.amount or self.has_choice)

    @property
    def follows_country(self) -> bool:
        """Whether where it goes changes what is told of it, even where no way is chosen."""
        return any(part.vat is not None for part in self.parts)

    @property
    def lacks_delivery(self) -> bool:
        """Whether a shop sends nothing there, so that what delivery costs is not known."""
        return any(part.lacks_delivery for part in self.parts)
