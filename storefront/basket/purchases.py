"""A basket as its page shows it: what is paid at once, shop by shop."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.formats import listed
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.trade.baskets.codes import BasketCode
from shared.trade.baskets.parts import BasketView, ShopPart
from shared.trade.discounts.rules import Reduction
from storefront.shops.delivery_promise import DeliveryPromise, promises

Ids = tuple[int, ...]


@frozen
class ShownPart:
    """A shop's part, and what it says of delivery at home; None where its prices include that."""

    part: ShopPart
    promise: DeliveryPromise | None


@frozen
class PlannedPurchase:
    """What is paid at once.

    `ids`: whose things a checkout of it names; none where it is all that is in the basket.
    `code`: the basket's code as it stands here, `off`: what it takes off its parts.
    `rest_ids`: who is left without the shops that stand in the way; none where nobody does, or all.
    """

    basket: BasketView
    parts: tuple[ShownPart, ...]
    ids: Ids
    rest_ids: Ids
    code: BasketCode = BasketCode()
    off: tuple[Reduction, ...] = ()

    @property
    def discount(self) -> Money | None:
        """What is taken off the goods; None for nothing."""
        amount = sum(reduction.goods for reduction in self.off)
        return Money(amount, self.currency) if amount else None

    @property
    def frees_delivery(self) -> bool:
        """Whether a shop sends for nothing because of a code."""
        return any(reduction.frees_shipping for reduction in self.off)

    @property
    def total(self) -> Money | None:
        """What all of it comes to before it is sent."""
        full, discount = self.basket.total, self.discount
        return full - discount if full and discount else full

    @property
    def currency(self) -> str:
        """In which it is paid."""
        return self.basket.parts[0].currency

    @property
    def left_out(self) -> list[str]:
        """Whose things stand in the way."""
        parts = self.basket.parts
        return [part.vendor.name for part in parts if part.problems]


def purchases_of(
    looked: Sequence[tuple[BasketView, BasketCode]],
) -> tuple[PlannedPurchase, ...]:
    """What a basket becomes: a purchase for each currency, with what the code is there."""
    if len(looked) == 1:
        return (_planned(*looked[0], ids=()),)
    return tuple(_planned(each, code, ids=_ids(each)) for each, code in looked)


def _planned(
    basket: BasketView,
    code: BasketCode,
    *,
    ids: Ids,
) -> PlannedPurchase:
    ready = basket.ready
    is_all = ready.parts == basket.parts
    off = code.off(basket, {})
    return PlannedPurchase(
        basket,
        tuple(map(_shown, basket.parts)),
        ids,
        rest_ids=() if is_all else _ids(ready),
        code=code,
        off=tuple(off[each] for each in _ids(basket) if each in off),
    )


def _ids(basket: BasketView) -> Ids:
    return tuple(sorted(basket.vendor_ids))


def _shown(part: ShopPart) -> ShownPart:
    parcel = part.parcel_to(part.vendor.country)
    if parcel is None:
        return ShownPart(part, None)
    told = promises(part.shipping, parcel)
    return ShownPart(part, told[0] if told else None)


def pays(purchases: tuple[PlannedPurchase, ...]) -> str:
    """How often is paid, and in what; empty where it is once."""
    currencies = [each.currency for each in purchases]
    if len(currencies) < 2:
        return ""
    if len(currencies) == 2:
        first, second = currencies
        return _(
            "You pay twice: once in %(first)s, once in %(second)s.",
            first=first,
            second=second,
        )
    return _(
        "You pay %(number)s times: once each in %(currencies)s.",
        number=len(currencies),
        currencies=listed(currencies),
    )
