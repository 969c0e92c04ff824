"""Who buys without VAT: shoppers whose number is confirmed, from vendors whose own is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from shared.core.frozen import frozen
from shared.trade.vat.models import VatRegistration
from shared.trade.vat.numbers import format_of
from shared.trade.vat.sales.rules import tax_state

# ISO 3166-1, where that is not the prefix.
_STATES = {"EL": "GR"}


@frozen
class ConfirmedBusiness:
    """A shopper that buys for a business, by a number that somebody has confirmed."""

    number: str
    name: str
    confirmed_at: datetime

    @property
    def state(self) -> str:
        """The member state that gave the number; empty outside the EU."""
        return state_of_number(self.number)


def state_of_number(number: str) -> str:
    """The member state that a number is of, where it counts for goods; empty outside."""
    form = format_of(number)
    if form is None:
        return ""
    return tax_state(_STATES.get(form.prefix, form.prefix))


def business_in(row: VatRegistration | None) -> ConfirmedBusiness | None:
    """What a registration says about its shopper, once it is confirmed."""
    if row is None or row.confirmed_at is None or not row.number:
        return None
    return ConfirmedBusiness(row.number, row.name, row.confirmed_at)


async def business_of(customer_id: int | None) -> ConfirmedBusiness | None:
    """The business that a shopper buys for; None of guests, and while nobody has confirmed it."""
    if customer_id is None:
        return None
    mine = VatRegistration.filter(customer_id=customer_id, replaced_at=None)
    return business_in(await mine.first())


async def confirmed_numbers(vendor_ids: Collection[int]) -> Mapping[int, str]:
    """The confirmed numbers of those of these vendors that have one; one query."""
    theirs = VatRegistration.filter(vendor_id__in=list(vendor_ids), replaced_at=None)
    confirmed = theirs.filter(confirmed_at__not_isnull=True)
    rows: list[Any] = await confirmed.values_list("vendor_id", "number")
    return {vendor_id: number for vendor_id, number in rows if state_of_number(number)}
