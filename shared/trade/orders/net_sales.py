"""What a business buys without VAT (decision 30): a vendor's part of a basket at net prices, where
that vendor sells to another member state by a number of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money, step
from shared.trade.baskets.parts import ShopPart, total_of
from shared.trade.orders.errors import BusinessNotConfirmed, NetPricesChanged
from shared.trade.orders.selling import Purchaser, Sale, Sales, WithoutVat
from shared.trade.orders.sold_vat import rates_of, route_of
from shared.trade.vat.sales.businesses import ConfirmedBusiness, confirmed_numbers
from shared.trade.vat.sales.net import GrossLine, NetPrices, net_prices
from shared.trade.vat.sales.regions import taxing_place
from shared.trade.vat.sales.rules import SaleTreatment, sale_treatment
from shared.trade.vat.sales.territories import regions


@frozen
class BusinessBuyer:
    """A business, and the confirmed numbers of those vendors in its basket that have one."""

    business: ConfirmedBusiness
    sellers: Mapping[int, str]

    def buys_from(self, part: ShopPart, place: str) -> WithoutVat | None:
        """By which two numbers it buys what goes to a place; None where VAT stays inside."""
        seller = self.sellers.get(part.vendor.id, "")
        if not seller:
            return None
        route = route_of(part, place, self.business.state)
        if sale_treatment(route) is not SaleTreatment.REVERSE_CHARGE:
            return None
        return WithoutVat(self.business, seller)


async def buyer_from(
    business: ConfirmedBusiness | None,
    vendor_ids: Collection[int],
) -> BusinessBuyer | None:
    """A business with what its basket's vendors have confirmed; one query, none without one."""
    if business is None:
        return None
    return BusinessBuyer(business, await confirmed_numbers(vendor_ids))


@frozen
class NetPart:
    """A vendor's part at net prices, and what those are."""

    part: ShopPart
    prices: NetPrices


def net_part(
    part: ShopPart,
    place: str,
    sending: int,
) -> NetPart:
    """A part that goes to a place, and its sending, without the VAT that a consumer would pay."""
    where = taxing_place(route_of(part, place), regions())
    rates = rates_of(part, where, clock.now().date())
    gross = [
        GrossLine(line.product.price.amount, line.quantity, rate)
        for line, rate in zip(part.lines, rates, strict=True)
    ]
    prices = net_prices(gross, sending, step(part.currency))
    lines = []
    for line, unit in zip(part.lines, prices.units, strict=True):
        price = Money(unit, part.currency)
        product = replace(line.product, price=price)
        lines.append(
            replace(
                line,
                product=product,
                line_total=price * line.quantity,
            )
        )
    total = total_of(line.line_total for line in lines)
    return NetPart(replace(part, lines=tuple(lines), total=total), prices)


async def for_business(
    sales: Sales,
    business: ConfirmedBusiness | None,
    purchaser: Purchaser,
) -> Sales:
    """Sales at net prices where a business buys without VAT.

    Raises BusinessNotConfirmed and NetPricesChanged where other prices stood on the page.
    """
    buyer = await buyer_from(business, sales.keys())
    found = sales
    if buyer is not None:
        found = {vendor_id: _net(sale, buyer) for vendor_id, sale in sales.items()}
    _must_be_seen(found, business, purchaser)
    return found


def _net(sale: Sale, buyer: BusinessBuyer) -> Sale:
    without = buyer.buys_from(sale.part, sale.place)
    if without is None:
        return sale
    found = net_part(sale.part, sale.place, sale.shipping_price)
    prices, offer = found.prices, sale.shipping
    if offer is not None:
        price = Money(prices.sending, offer.price.currency)
        offer = replace(offer, price=price)
    off = Money(prices.taken_off, sale.total.currency)
    return replace(
        sale,
        part=found.part,
        shipping=offer,
        total=sale.total - off,
        net=replace(without, prices=prices),
    )


def _must_be_seen(
    sales: Sales,
    business: ConfirmedBusiness | None,
    purchaser: Purchaser,
) -> None:
    """Nobody orders at prices that did not stand beside the button."""
    seen = purchaser.seen_net
    if seen is None:
        return
    if seen.number and (business is None or business.number != seen.number):
        raise BusinessNotConfirmed(number=seen.number)
    net = frozenset(vendor_id for vendor_id, sale in sales.items() if sale.net)
    if net != seen.vendors:
        raise NetPricesChanged
