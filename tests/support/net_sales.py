"""A business that buys without VAT, and whom it buys from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.service import place_order
from shared.trade.people.models import Customer
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_customer, make_ready_vendor
from tests.support.market import ADA
from tests.support.vat import a_business, with_number

BEA = replace(ADA, country="DE", postal_code="10115", city="Berlin")


GERMAN, LUX = "DE136695976", "LU15027442"


async def vendor_with(scheme: str = "oss", number: str = LUX, **values: Any) -> Vendor:
    """A shop in Luxembourg with a confirmed number of its own."""
    vendor = await make_ready_vendor(country="LU", vat_scheme=scheme, **values)
    if number:
        await with_number(vendor, number)
    return vendor


async def acme() -> Customer:
    """A German business with a confirmed number."""
    sam = await make_customer()
    await a_business(sam)
    return sam


async def place(basket: str, **given: Any) -> list[Order]:
    chosen = {"contact": BEA, "customer_id": None, "hold_minutes": 30, **given}
    token = await place_order(basket_token=basket, **chosen)
    checkout = await Checkout.get(token=token)
    return await Order.filter(checkout_id=checkout.id).order_by("id")
