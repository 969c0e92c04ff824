"""Whether a basket can be bought as it is, by whom, and at what; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.core.networks import network_of
from shared.trade.baskets.queries import BasketView
from shared.trade.orders.contacts import Contact
from shared.trade.orders.errors import (
    BasketProblem,
    EmptyBasket,
    PriceChanged,
    VendorCannotSell,
)
from shared.trade.orders.placing_statements import OnSale, OpenCheckout
from shared.trade.orders.rules import must_be_payable
from shared.trade.orders.terms import Acceptance
from shared.trade.shipping.rules import ShippingChoice, ShippingOffer, chosen
from shared.trade.vendors.errors import PaymentNotConfigured, ShopClosed
from shared.trade.vendors.terms import SellingTerms


@frozen
class Purchaser:
    """Who orders, where it goes, how each vendor (by its id) sends it and what it is told, and the
    terms they accepted.
    """

    contact: Contact
    customer_id: int | None
    accepted: Acceptance | None
    actor: str
    shipping: Mapping[int, ShippingChoice]
    notes: Mapping[int, str]

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


def _must_be_sellable(basket: BasketView, terms: SellingTerms | None) -> SellingTerms:
    """Raise what stands in the way of buying this."""
    if not basket.lines or basket.vendor is None:
        raise EmptyBasket
    if not basket.vendor.is_open:
        raise ShopClosed(basket.vendor)
    if terms is None:
        raise PaymentNotConfigured
    if not terms.accepts_payments:
        raise VendorCannotSell
    for line in basket.lines:
        if line.seen != line.product.price:
            raise PriceChanged(name=line.product.full_name)
        if line.problem:
            raise BasketProblem(line.problem)
    return terms


@frozen
class Sale:
    """What a basket would be sold at: its vendor's terms, how it is sent, all that is paid."""

    terms: SellingTerms
    shipping: ShippingOffer | None  # None: the prices include it
    total: Money


def sale_of(found: OnSale, purchaser: Purchaser) -> Sale:
    """What this is sold at. Raises what stands in the way of it."""
    terms = _must_be_sellable(found.basket, found.terms)
    vendor = found.basket.vendor
    parcel = found.basket.parcel_to(purchaser.contact.country)
    if vendor is None or parcel is None:  # things in two currencies
        raise BasketProblem(found.basket.problems[0])
    offer = chosen(
        found.basket.shipping,
        parcel,
        purchaser.shipping.get(vendor.id),
        shop=vendor.name,
    )
    total = parcel.goods + offer.price if offer else parcel.goods
    must_be_payable(total)
    return Sale(terms, offer, total)


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


def sent_alike(before: OpenCheckout, offer: ShippingOffer | None) -> bool:
    """Whether the order that is there already is sent in the same way at the same price."""
    order, wanted = before.orders[0], shipping_columns(offer)
    if not wanted:
        return not order.shipping_method
    there = {name: getattr(order, name) for name in wanted}
    return there == wanted
