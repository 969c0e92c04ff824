"""Which shops' things a checkout is about: form and address name them (`part`), or say whose are
left for later (`without`); all that are in the basket where they say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from quart import request

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.entrypoints.web.filters import money
from shared.trade.baskets.codes import BasketCode, code_of
from shared.trade.baskets.parts import BasketView, ShopPart, total_of
from shared.trade.baskets.queries import get_basket
from shared.trade.discounts.queries import CodeUser
from shared.trade.discounts.rules import Reduction
from shared.trade.vat.sales.rules import SaleRoute, SaleTreatment, sale_treatment
from storefront.browser import basket_token
from storefront.checkout.delivery_choice import DeliveryChoice, delivery_choice

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
    """A shop's part of a checkout, with how it is sent (None where its prices include that), and
    what becomes of the VAT in it. `reduction`: what the basket's code takes off it.
    """

    part: ShopPart
    choice: DeliveryChoice | None
    treatment: SaleTreatment
    reduction: Reduction | None = None

    @property
    def is_untaxed(self) -> bool:
        """Whether it is known that no VAT is inside."""
        is_known = self.treatment is not SaleTreatment.UNKNOWN
        return is_known and not self.treatment.is_taxed

    @property
    def total(self) -> Money | None:
        """What is paid for it, with what is chosen and what is taken off."""
        full = self.choice.total if self.choice else self.part.total
        if full is None or self.reduction is None:
            return full
        return full - Money(self.reduction.total, full.currency)

    @property
    def delivery_price(self) -> Money | None:
        """What is paid for sending it; None where nothing is chosen."""
        chosen = self.choice.chosen if self.choice else None
        if chosen is None or self.reduction is None:
            return chosen.price if chosen else None
        return chosen.price - Money(self.reduction.shipping, chosen.price.currency)

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
    def lacks_delivery(self) -> bool:
        """Whether a shop sends nothing there, so that what delivery costs is not known."""
        return any(part.lacks_delivery for part in self.parts)


async def sold_basket(
    basket: BasketView,
    country: str,
    known: Mapping[str, str],
    user: CodeUser,
    *,
    is_refused: bool = False,
) -> SoldBasket:
    """What a checkout shows of a basket that goes to a country, with what was sent of it, or is
    known from before.

    `is_refused`: it could not be placed so, and each shop's part says what is wrong with it.
    """
    given = {**known, **await request.form}
    choices = {
        part.vendor.id: delivery_choice(
            part,
            country,
            given,
            is_refused=is_refused,
        )
        for part in basket.parts
    }
    code = await code_of(basket, user)
    prices = {vendor_id: _price(choice) for vendor_id, choice in choices.items()}
    off = code.off(basket, prices)
    parts = [
        SoldPart(
            part,
            choices[part.vendor.id],
            _treatment(part, country),
            off.get(part.vendor.id),
        )
        for part in basket.parts
    ]
    return SoldBasket(basket, tuple(parts), code)


def _treatment(part: ShopPart, country: str) -> SaleTreatment:
    route = SaleRoute(
        part.vendor.vat_scheme,
        part.vendor.country,
        country,
    )
    return sale_treatment(route)


def _price(choice: DeliveryChoice | None) -> int | None:
    """What sending costs as it is chosen; None where it is not known."""
    if choice is None:
        return 0
    return choice.chosen.price.amount if choice.chosen else None
