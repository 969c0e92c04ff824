"""Whether a basket can be bought as it is, by whom, and at what; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.core.networks import network_of
from shared.core.words import word
from shared.trade.baskets.parts import PROBLEMS, BasketLineView, ShopPart, total_of
from shared.trade.baskets.rules import Problem
from shared.trade.discounts.rules import Reduction
from shared.trade.orders.contacts import Contact
from shared.trade.orders.errors import (
    BasketProblem,
    EmptyBasket,
    PriceChanged,
    VendorCannotSell,
)
from shared.trade.orders.placing_statements import OnSale
from shared.trade.orders.terms import Acceptance
from shared.trade.shipping.rules import (
    ShippingChoice,
    ShippingOffer,
    chosen,
)
from shared.trade.vat.sales.businesses import ConfirmedBusiness
from shared.trade.vat.sales.net import NetPrices
from shared.trade.vat.sales.territories import seller_place, vat_place
from shared.trade.vendors.errors import PaymentNotConfigured, ShopClosed
from shared.trade.vendors.terms import SellingTerms


@frozen
class SeenDiscount:
    """Which code stood on the page, empty for none, and what it took off the goods: minor units."""

    code: str
    goods: int


@frozen
class SeenNet:
    """Of which vendors the page showed net prices, and by which confirmed number."""

    number: str
    vendors: frozenset[int]


@frozen
class WithoutVat:
    """Who buys without VAT by which number of the vendor's, and at which prices."""

    business: ConfirmedBusiness
    seller: str
    prices: NetPrices = NetPrices((), (), 0, 0)

    def columns(self) -> dict[str, Any]:
        """What an order keeps of it."""
        return {
            "vat_taken_off": self.prices.taken_off,
            "buyer_vat_number": self.business.number,
            "buyer_vat_name": self.business.name,
            "buyer_vat_confirmed_at": self.business.confirmed_at,
            "seller_vat_number": self.seller,
        }


@frozen
class Purchaser:
    """Who orders, where it goes, how each vendor (by its id) sends it and what it is told, and the
    terms they accepted; of which vendors they buy (None: all that are in the basket), and what was
    taken off the price that they saw, by a code and as VAT (None: they saw no page).
    """

    contact: Contact
    customer_id: int | None
    accepted: Acceptance | None
    actor: str
    shipping: Mapping[int, ShippingChoice]
    notes: Mapping[int, str]
    vendors: frozenset[int] | None = None
    seen_discount: SeenDiscount | None = None
    seen_net: SeenNet | None = None

    @property
    def network(self) -> str:
        """The network that the order comes from; empty where that is not known."""
        ip = self.accepted.ip if self.accepted is not None else ""
        return network_of(ip) if ip else ""

    def columns(self) -> dict[str, Any]:
        """What a checkout keeps of them."""
        kept = self.contact.stored()
        if self.accepted is not None:
            kept["terms_version"] = self.accepted.version
            kept["terms_accepted_at"] = clock.now()
            kept["purchase_ip"] = self.accepted.ip[:45]
        return kept


@frozen
class Sale:
    """What a vendor's part of a basket would be sold at: its terms, how it is sent, all that is
    paid, where it is taxed as sent to, and what a code has taken off. `net`: a business buys it
    without VAT, and all prices here are net.
    """

    part: ShopPart
    terms: SellingTerms
    shipping: ShippingOffer | None  # None: the prices include it
    total: Money
    place: str
    reduction: Reduction | None = None
    net: WithoutVat | None = None

    @property
    def shipping_price(self) -> int:
        """What sending it costs, before a code, in minor units."""
        return self.shipping.price.amount if self.shipping is not None else 0

    @property
    def shipping_worth(self) -> int:
        """What its vendor has for sending it: the price, less what it does without itself."""
        forgone = self.reduction.vendor_forgoes_shipping if self.reduction else 0
        return self.shipping_price - forgone

    @property
    def pieces(self) -> list[tuple[int, int]]:
        """(product id, quantity) of its lines."""
        return [(line.product.id, line.quantity) for line in self.part.lines]

    def off(self, line: BasketLineView) -> int:
        """What a code takes off a line."""
        return self.reduction.off_line(line.product.id) if self.reduction else 0

    def forgone(self, line: BasketLineView) -> int:
        """What of a line the vendor does without; no commission is charged of it."""
        return self.reduction.vendor_bears(line.product.id) if self.reduction else 0


class Addressed(Protocol):
    """Where a parcel goes, as far as taxes ask."""

    @property
    def country(self) -> str:
        """ISO 3166-1."""

    @property
    def postal_code(self) -> str:
        """As it was typed so far."""


# By vendor, in the order in which they stand in the basket; the orders get their ids in it.
Sales = Mapping[int, Sale]


def sale_of(found: OnSale, purchaser: Purchaser) -> Sales:
    """What each vendor's part is sold at, without a code. Raises what stands in the way of any of
    them.
    """
    basket = found.basket.of(purchaser.vendors)
    if not basket.parts:
        raise EmptyBasket
    return {
        part.vendor.id: _sale(part, found.terms[part.vendor.id], purchaser)
        for part in basket.parts
    }


def _sale(
    part: ShopPart,
    terms: SellingTerms | None,
    purchaser: Purchaser,
) -> Sale:
    terms = _must_be_sellable(part, terms)
    parcel = part.parcel_to(purchaser.contact.country)
    if parcel is None:  # things in two currencies
        raise BasketProblem(part.problems[0])
    offer = chosen(
        part.shipping,
        parcel,
        purchaser.shipping.get(part.vendor.id),
        shop=part.vendor.name,
    )
    total = parcel.goods + offer.price if offer else parcel.goods
    return Sale(
        part,
        terms,
        offer,
        total,
        taxed_place(part, purchaser.contact, offer),
    )


def taxed_place(
    part: ShopPart,
    contact: Addressed,
    offer: ShippingOffer | None,
) -> str:
    """Where a vendor's things are taxed as sent to: what is picked up is sold where it is."""
    if offer is not None and offer.is_pickup:
        return seller_place(part.vendor.country, part.vendor.postal_code)
    return vat_place(contact.country, contact.postal_code)


def _must_be_sellable(part: ShopPart, terms: SellingTerms | None) -> SellingTerms:
    """Raise what stands in the way of buying this."""
    if not part.vendor.is_open:
        raise ShopClosed(part.vendor)
    if terms is None:
        raise PaymentNotConfigured
    if not terms.accepts_payments:
        raise VendorCannotSell
    for line in part.lines:
        if line.seen != line.product.price:
            raise PriceChanged(name=line.product.full_name)
        if line.problem:
            raise BasketProblem(line.problem)
    return terms


def paid_for(sales: Sales) -> Money:
    """What is paid for all of them, at once. Raises BasketProblem where they are in several
    currencies.
    """
    total = total_of(sale.total for sale in sales.values())
    if total is None:
        raise BasketProblem(word(PROBLEMS, Problem.CURRENCIES))
    return total


def shipping_columns(offer: ShippingOffer | None) -> dict[str, Any]:
    """What an order keeps of how it is sent."""
    if offer is None:
        return {}
    days = offer.days
    return {
        "shipping_amount": offer.price.amount,
        "shipping_method": offer.name,
        "shipping_kind": offer.kind.value,
        "pickup_place": offer.place,
        "promised_from_days": days.first if days else None,
        "promised_to_days": days.last if days else None,
    }
