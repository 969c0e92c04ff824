"""A basket as its page shows it: what is paid at once, shop by shop."""

from __future__ import annotations

from shared.core.formats import listed
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.trade.baskets.parts import BasketView, ShopPart
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
    `rest_ids`: who is left without the shops that stand in the way; none where nobody does, or all.
    """

    basket: BasketView
    parts: tuple[ShownPart, ...]
    ids: Ids
    rest_ids: Ids

    @property
    def currency(self) -> str:
        """In which it is paid."""
        return self.basket.parts[0].currency

    @property
    def left_out(self) -> list[str]:
        """Whose things stand in the way."""
        return [part.vendor.name for part in self.basket.parts if part.problems]


def purchases_of(basket: BasketView) -> tuple[PlannedPurchase, ...]:
    """What a basket becomes: a purchase for each currency."""
    found = basket.by_currency()
    is_one = len(found) == 1
    return tuple(_planned(each, () if is_one else _ids(each)) for each in found)


def _planned(basket: BasketView, ids: Ids) -> PlannedPurchase:
    ready = _ids(basket, only_ready=True)
    return PlannedPurchase(
        basket,
        tuple(ShownPart(part, _promise(part)) for part in basket.parts),
        ids,
        ready if len(ready) < len(basket.parts) else (),
    )


def _ids(basket: BasketView, *, only_ready: bool = False) -> Ids:
    parts = basket.parts
    return tuple(
        part.vendor.id for part in parts if part.can_check_out or not only_ready
    )


def _promise(part: ShopPart) -> DeliveryPromise | None:
    parcel = part.parcel_to(part.vendor.country)
    if parcel is None:
        return None
    return next(iter(promises(part.shipping, parcel)), None)


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
