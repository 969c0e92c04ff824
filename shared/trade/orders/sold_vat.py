"""The VAT that a vendor's order is sold with, and as it was sold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.trade.baskets.parts import ShopPart
from shared.trade.orders.models import Order, OrderLine
from shared.trade.vat.sales.rules import (
    SaleRoute,
    SaleTreatment,
    TaxedLine,
    VatPart,
    parts_in,
    sale_treatment,
    stored_parts,
    taxing_state,
    vat_of,
)
from shared.trade.vat.sales.table import tax_table


@frozen
class LineTax:
    """The rate of a line, in hundredths of a percent, and the VAT in what is paid for it."""

    rate: int
    vat: int


@frozen
class VatAtSale:
    """What becomes of the VAT, whose it is, what it comes to by rate and in each line; nothing of
    a line where none is inside.
    """

    treatment: SaleTreatment
    state: str = ""
    parts: tuple[VatPart, ...] = ()
    lines: tuple[LineTax, ...] = ()

    def columns(self) -> dict[str, Any]:
        """What an order keeps of it."""
        is_known = self.treatment is not SaleTreatment.UNKNOWN
        return {
            "vat_treatment": self.treatment.value,
            "vat_state": self.state,
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
    country: str,
    goods: Sequence[int],
    sending: int,
    day: date,
) -> VatAtSale:
    """What a vendor's part of a basket is sold with on a day, into a country.

    `goods`: what each line is worth to its vendor, `sending` what it gets for that, in minor units.
    """
    route = SaleRoute(
        part.vendor.vat_scheme,
        part.vendor.country,
        country,
    )
    treatment = sale_treatment(route)
    if not treatment.is_taxed:
        return VatAtSale(treatment)
    state = taxing_state(route)
    rates = _rates(part, state, day)
    pairs = zip(rates, goods, strict=True)
    found = vat_of([TaxedLine(*pair) for pair in pairs], sending)
    of_lines = zip(rates, found.lines, strict=True)
    return VatAtSale(
        treatment,
        state,
        found.parts,
        tuple(LineTax(*pair) for pair in of_lines),
    )


def _rates(
    part: ShopPart,
    state: str,
    day: date,
) -> list[int]:
    """What each line is taxed at there."""
    table = tax_table()
    rates = []
    for line in part.lines:
        rate = table.rate(
            state,
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


@frozen
class SoldVat:
    """What an order keeps of its VAT."""

    treatment: SaleTreatment
    state: str
    rates: tuple[PaidVat, ...]


def sold_vat(order: Order) -> SoldVat | None:
    """What an order was sold with; None where that is not known, as of older ones."""
    treatment, currency = SaleTreatment(order.vat_treatment), order.currency
    if treatment is SaleTreatment.UNKNOWN:
        return None
    return SoldVat(
        treatment,
        order.vat_state,
        tuple(_paid(part, currency) for part in parts_in(order.vat_parts)),
    )


def _paid(part: VatPart, currency: str) -> PaidVat:
    return PaidVat(
        part.rate,
        Money(part.net, currency),
        Money(part.vat, currency),
    )
