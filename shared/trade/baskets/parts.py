"""A basket as it stands: a part for each shop in it, with what stands in the way of buying that.

One purchase is paid in one currency; a basket may hold things in several.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.core.words import word
from shared.trade.baskets.rules import Problem, vendor_problem
from shared.trade.catalogue.product_views import ProductView
from shared.trade.shipping.rules import Parcel, ShippingPlan
from shared.trade.vendors import closures
from shared.trade.vendors.queries import VendorView

PROBLEMS = "baskets.problems"


@frozen
class BasketLineView:
    """One product in the basket at today's price.

    `available` counts what this basket's own open order holds as free.
    """

    product: ProductView
    quantity: int
    seen: Money
    line_total: Money
    available: int
    problem: str | None

    @property
    def price_changed(self) -> bool:
        return self.seen != self.product.price


@frozen
class ShopPart:
    """What a basket holds of one vendor; `shut`: why the shop sells nothing just now, else empty.

    `total` is None where its things are, by accident of the vendor's change, in two currencies.
    `shipping` is None where it has set nothing.
    """

    vendor: VendorView
    lines: tuple[BasketLineView, ...]
    total: Money | None
    shipping: ShippingPlan | None
    shut: str = ""

    @property
    def currency(self) -> str:
        """In which it is paid."""
        return self.lines[0].line_total.currency

    @property
    def problems(self) -> tuple[str, ...]:
        """What stands in the way of buying it: the shop's trouble first."""
        found = [self.shut] if self.shut else []
        found += [line.problem for line in self.lines if line.problem]
        if self.total is None:
            found.append(word(PROBLEMS, Problem.CURRENCIES))
        return tuple(found)

    @property
    def can_check_out(self) -> bool:
        return not self.problems

    @property
    def count(self) -> int:
        """How many pieces."""
        return sum(line.quantity for line in self.lines)

    def parcel_to(self, country: str) -> Parcel | None:
        """What its vendor would send there; None while nothing can be bought."""
        if self.total is None:
            return None
        grams = (line.product.weight_grams * line.quantity for line in self.lines)
        return Parcel(country, self.total, sum(grams))


@frozen
class BasketView:
    """A basket as it stands, or some of its parts; they come in the order in which their shops
    came into it.
    """

    id: int | None
    parts: tuple[ShopPart, ...] = ()
    discount_code: str = ""

    @property
    def vendor_ids(self) -> frozenset[int]:
        """Whose things are in it."""
        return frozenset(part.vendor.id for part in self.parts)

    @property
    def lines(self) -> tuple[BasketLineView, ...]:
        """All of them, shop by shop."""
        return tuple(line for part in self.parts for line in part.lines)

    @property
    def total(self) -> Money | None:
        """What all the things cost; None of nothing, and in several currencies."""
        return total_of(part.total for part in self.parts)

    @property
    def count(self) -> int:
        """How many pieces."""
        return sum(part.count for part in self.parts)

    @property
    def problems(self) -> tuple[str, ...]:
        """What stands in the way of buying all of it at once."""
        found = tuple(problem for part in self.parts for problem in part.problems)
        if found or not self.parts or self.total is not None:
            return found
        return (word(PROBLEMS, Problem.CURRENCIES),)

    @property
    def can_check_out(self) -> bool:
        return bool(self.parts) and not self.problems

    @property
    def wants_phone(self) -> bool:
        """Whether a vendor in it asks for a number that the carrier can call."""
        plans = (part.shipping for part in self.parts)
        return any(plan.asks_phone for plan in plans if plan is not None)

    @property
    def price_changed(self) -> bool:
        """Whether agreeing to today's prices would mend something."""
        return any(line.price_changed for line in self.lines)

    @property
    def ready(self) -> BasketView:
        """The parts that nothing stands in the way of."""
        parts = (part for part in self.parts if part.can_check_out)
        return replace(self, parts=tuple(parts))

    def of(self, vendor_ids: Collection[int] | None) -> BasketView:
        """The parts of these vendors alone; None: all of them."""
        if vendor_ids is None:
            return self
        chosen = (part for part in self.parts if part.vendor.id in vendor_ids)
        return replace(self, parts=tuple(chosen))

    def by_currency(self) -> tuple[BasketView, ...]:
        """What is paid at once: the parts in one currency, for each currency in it."""
        currencies = dict.fromkeys(part.currency for part in self.parts)
        return tuple(self._in(currency) for currency in currencies)

    def _in(self, currency: str) -> BasketView:
        parts = (part for part in self.parts if part.currency == currency)
        return replace(self, parts=tuple(parts))


NOTHING = BasketView(id=None)


def shop_part(
    vendor: VendorView,
    lines: tuple[BasketLineView, ...],
    shipping: ShippingPlan | None,
) -> ShopPart:
    """A vendor's part of a basket, of which these lines are all; one at least."""
    total = total_of(line.line_total for line in lines)
    return ShopPart(vendor, lines, total, shipping, why_shut(vendor))


def why_shut(vendor: VendorView) -> str:
    """Why a shop sells nothing just now; empty where it does."""
    shut = vendor_problem(
        is_open=vendor.is_open,
        accepts_payments=vendor.accepts_payments,
    )
    if not shut:
        return ""
    closed = closures.sentence(vendor.name, vendor.closed_until)
    return word(PROBLEMS, shut, shop=vendor.name, closed=closed)


def total_of(amounts: Iterable[Money | None]) -> Money | None:
    """The sum of amounts in one currency; None of none, of two currencies, or where one of them
    is None.
    """
    total: Money | None = None
    for amount in amounts:
        if amount is None:
            return None
        if total is None:
            total = amount
        elif total.currency == amount.currency:
            total += amount
        else:
            return None
    return total
