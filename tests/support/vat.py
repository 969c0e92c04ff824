"""VAT in tests: a rate of the day that a month ends, a number that staff has confirmed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from shared.trade.people.models import Customer
from shared.trade.vat.holders import of_shopper, of_vendor
from shared.trade.vat.rates import enter
from shared.trade.vat.rules import Rate
from shared.trade.vat.service import (
    Business,
    confirm,
    current,
    refuse,
    state_number,
)
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_customer

if TYPE_CHECKING:
    from collections.abc import Mapping

BANK = "European Central Bank"


async def a_rate(
    quote: str, rate: str = "7.4604", day: str = "2026-10-30", base: str = "EUR"
) -> Rate:
    """What a euro cost on the last working day of October 2026."""
    made = Rate(base, quote, Decimal(rate), BANK, date.fromisoformat(day))
    await enter(made, actor="test", is_sure=True)
    return made


async def confirmed(vendor: Vendor, proof: str = "VIES, 28 November 2026") -> None:
    """Staff has looked up what the vendor states."""
    row = await current(of_vendor(vendor.id))
    await confirm(
        holder=of_vendor(vendor.id),
        registration_id=row.id if row else None,
        proof=proof,
        actor="test",
    )


async def a_business(
    customer: Customer,
    number: str = "DE136695976",
    name: str = "Acme GmbH",
    country: str = "DE",
) -> int:
    """Staff has looked up what a shopper states; the registration's id."""
    holder = of_shopper(customer.id)
    business = Business(name, country)
    await state_number(holder=holder, text=number, business=business, actor="test")
    row = await current(holder)
    assert row is not None
    await confirm(holder=holder, registration_id=row.id, proof="VIES", actor="test")
    return int(row.id)


ACROSS = "across@example.test"


async def business_across(vendors: Mapping[int, str]) -> None:
    """Vendors (by id) sell by these numbers of theirs, and a business in Luxembourg has one too."""
    for vendor_id, number in vendors.items():
        vendor = await Vendor.get(id=vendor_id)
        await Vendor.filter(id=vendor_id).update(vat_scheme="oss")
        await with_number(vendor, number)
    buyer = await make_customer(email=ACROSS)
    await a_business(buyer, "LU26375245", "Amazing S.à r.l.", "LU")


async def id_across(*, is_business: bool) -> int | None:
    """Who buys: that business, or a guest."""
    return (await Customer.get(email=ACROSS)).id if is_business else None


async def look_at_the_number_again() -> None:
    """Staff refuses that business's number, or confirms it if it was refused."""
    buyer = await Customer.get(email=ACROSS)
    holder = of_shopper(buyer.id)
    row = await current(holder)
    assert row is not None
    which = {"holder": holder, "registration_id": row.id, "actor": "test"}
    if row.confirmed_at is None:
        await confirm(**which, proof="VIES")
    else:
        await refuse(**which, reason="VIES says no.")


async def with_number(vendor: Vendor, number: str) -> None:
    """A vendor's own number, confirmed."""
    await state_number(holder=of_vendor(vendor.id), text=number, actor="test")
    await confirmed(vendor)
