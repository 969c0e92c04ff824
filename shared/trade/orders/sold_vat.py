"""The VAT that a vendor's order is sold with, and as it was sold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.trade.baskets.parts import ShopPart
from shared.trade.orders.models import Order, OrderLine
from shared.trade.vat.sales.regions import region_in, taxing_place
from shared.trade.vat.sales.rules import (
    SaleRoute,
    SaleTreatment,
    TaxedLine,
    VatPart,
    parts_in,
    sale_treatment,
    stored_parts,
    tax_state,
    vat_of,
)
from shared.trade.vat.sales.table import tax_table
from shared.trade.vat.sales.territories import regions, seller_place


@frozen
class LineTax:
    """The rate of a line, in hundredths of a percent, and the VAT in what is paid for it."""

    rate: int
    vat: int


@frozen
class VatAtSale:
    """What becomes of the VAT, whose it is (the region where its own rates hold), what it comes to
    by rate and in each line; nothing of a line where none is inside.
    """

    treatment: SaleTreatment
    state: str = ""
    region: str = ""
    parts: tuple[VatPart, ...] = ()
    lines: tuple[LineTax, ...] = ()

    def columns(self) -> dict[str, Any]:
        """What an order keeps of it."""
        is_known = self.treatment is not SaleTreatment.UNKNOWN
        return {
            "vat_treatment": self.treatment.value,
            "vat_state": self.state,
            "vat_region": self.region,
            "vat_parts": stored_parts(self.parts) if is_known else None,
        }

    def put_into(self, lines: Sequence[OrderLine]) -> None:
        """Write into new lines what each keeps."""
        for line, tax in zip(
            lines,
            self.lines,
            strict=False,
        ):
            line.vat_rate = tax.rate
            line.vat_amount = tax.vat


def vat_at_sale(
    part: ShopPart,
    place: str,
    goods: Sequence[int],
    sending: int,
    day: date,
    *,
    is_net: bool = False,
) -> VatAtSale:
    """What a vendor's part of a basket is sold with on a day, into a place.

    `goods`: what each line is worth to its vendor, `sending` what it gets for that, in minor units;
    both `is_net` where a business accounts for the VAT.
    """
    route = route_of(part, place)
    treatment = SaleTreatment.REVERSE_CHARGE if is_net else sale_treatment(route)
    if not treatment.is_taxed and not is_net:
        return VatAtSale(treatment)
    where = "" if is_net else taxing_place(route, regions())
    rates = [0] * len(goods) if is_net else rates_of(part, where, day)
    pairs = zip(rates, goods, strict=True)
    found = vat_of([TaxedLine(*pair) for pair in pairs], sending)
    of_lines = zip(rates, found.lines, strict=True)
    return VatAtSale(
        treatment,
        tax_state(where),
        region_in(where),
        found.parts,
        tuple(LineTax(*pair) for pair in of_lines),
    )


def route_of(
    part: ShopPart,
    place: str,
    business: str = "",
) -> SaleRoute:
    """From where its vendor sells, to where."""
    vendor = part.vendor
    return SaleRoute(
        vendor.vat_scheme,
        seller_place(
            vendor.country,
            vendor.postal_code,
        ),
        place,
        business,
    )


def rates_of(
    part: ShopPart,
    place: str,
    day: date,
) -> list[int]:
    """What each line is taxed at in a state or its region."""
    table = tax_table()
    rates = []
    for line in part.lines:
        rate = table.rate(
            place,
            line.product.vat_class,
            day,
        )
        rates.append(rate)
    return rates


@frozen
class PaidVat:
    """The VAT at one rate that is inside what was paid."""

    rate: int
    net: Money
    vat: Money

    @property
    def percentage(self) -> Decimal:
        """Its rate, as it is written."""
        return Decimal(self.rate) / 100

    @property
    def gross(self) -> Money:
        """The price that it is inside of."""
        return self.net + self.vat


@frozen
class SoldTo:
    """The business that bought without VAT: its number, confirmed when, and the vendor's; what a
    consumer would have paid inside.
    """

    number: str
    name: str
    confirmed_at: datetime | None
    seller: str
    taken_off: Money


@frozen
class SoldVat:
    """What an order keeps of its VAT; of one to a business, who that is."""

    treatment: SaleTreatment
    state: str
    rates: tuple[PaidVat, ...]
    by_marketplace: (
        Money  # what of the price the marketplace pays; its VAT is inside too
    )
    business: SoldTo | None = None
    region: str = ""  # of the state, where its own rates hold


def shown_vat(
    found: VatAtSale,
    by_marketplace: Money,
    business: SoldTo | None,
) -> SoldVat | None:
    """What would be sold, before it is; None where nothing is known of its VAT."""
    if found.treatment is SaleTreatment.UNKNOWN:
        return None
    return SoldVat(
        found.treatment,
        found.state,
        tuple(_paid(part, by_marketplace.currency) for part in found.parts),
        by_marketplace,
        business,
        found.region,
    )


def sold_vat(order: Order) -> SoldVat | None:
    """What an order was sold with; None where that is not known, as of older ones."""
    treatment, currency = SaleTreatment(order.vat_treatment), order.currency
    if treatment is SaleTreatment.UNKNOWN:
        return None
    return SoldVat(
        treatment,
        order.vat_state,
        tuple(_paid(part, currency) for part in parts_in(order.vat_parts)),
        Money(order.marketplace_discount, currency),
        _sold_to(order),
        order.vat_region,
    )


def _sold_to(order: Order) -> SoldTo | None:
    if not order.buyer_vat_number:
        return None
    return SoldTo(
        number=order.buyer_vat_number,
        name=order.buyer_vat_name,
        confirmed_at=order.buyer_vat_confirmed_at,
        seller=order.seller_vat_number,
        taken_off=Money(order.vat_taken_off, order.currency),
    )


def _paid(part: VatPart, currency: str) -> PaidVat:
    return PaidVat(
        part.rate,
        Money(part.net, currency),
        Money(part.vat, currency),
    )
