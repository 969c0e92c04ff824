"""Whom an invoice is for, and what that makes of its VAT: as it is now, and as a closed month keeps
it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.statements.rules import Party
from shared.trade.vat.holders import of_vendor
from shared.trade.vat.models import VatRegistration
from shared.trade.vat.rules import Rate, StateVat, Treatment, treatment
from shared.trade.vat.service import current
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.seller import details_of


@frozen
class Buyer:
    """A vendor as an invoice names it, and whether somebody has confirmed that it is the business
    that it says it is.
    """

    party: Party
    is_confirmed: bool

    def treatment(self, seller: Party) -> Treatment:
        """What becomes of the VAT on an invoice of `seller`."""
        number = self.party.vat_number
        return treatment(
            seller.country,
            self.party.country,
            number=number,
            is_confirmed=self.is_confirmed,
        )


async def buyer_of(vendor: Vendor) -> Buyer:
    """The vendor as it is now. A number that nobody has confirmed stands on no invoice."""
    row = await current(of_vendor(vendor.id))
    confirmed: VatRegistration | None = row if row and row.confirmed_at else None
    said = details_of(vendor)
    town = (vendor.city,) if vendor.city else ()
    party = Party(
        said.legal_name or vendor.name,
        said.lines or town,
        vendor.country,
        confirmed.number if confirmed else "",
    )
    return Buyer(party, confirmed is not None)


def stored(party: Party) -> dict[str, Any]:
    """A party as it is kept with a statement."""
    return {
        "name": party.name,
        "address": list(party.address),
        "country": party.country,
        "vat_number": party.vat_number,
    }


def kept(values: dict[str, Any]) -> Party:
    """A party as a statement keeps it."""
    return Party(
        values["name"],
        tuple(values["address"]),
        values["country"],
        values["vat_number"],
    )


def stored_vat(found: StateVat | None) -> dict[str, Any] | None:
    """VAT in a state's currency as it is kept with a statement; the rate as text, exactly."""
    if found is None:
        return None
    rate = found.rate
    return {
        "amount": found.amount.amount,
        "currency": found.amount.currency,
        "base": rate.base,
        "quote": rate.quote,
        "rate": f"{rate.rate:f}",
        "source": rate.source,
        "day": rate.day.isoformat(),
    }


def kept_vat(values: dict[str, Any] | None) -> StateVat | None:
    """VAT in a state's currency as a statement keeps it."""
    if values is None:
        return None
    day = date.fromisoformat(values["day"])
    rate = Rate(
        values["base"],
        values["quote"],
        Decimal(values["rate"]),
        values["source"],
        day,
    )
    return StateVat(Money(values["amount"], values["currency"]), rate)
