"""What it costs that a shopper may buy for a business: a statement where prices are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.trade.orders.service import place_order
from shared.trade.people.models import Customer
from tests.support.address_books import signed_in
from tests.support.factories import make_customer, make_product
from tests.support.net_sales import BEA, acme, vendor_with
from tests.support.purchases import basket_of
from tests.support.storefront import Browser, counted
from tests.support.vat import a_business

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]
NUMBERS = "vat_registrations"


async def test_placing_costs_a_business_one_statement_more() -> None:
    """The vendors' numbers, of however many there are; no other shopper anything."""
    vendors = [await vendor_with(number="") for _ in range(3)]
    cups = [await make_product(vendor, stock=9) for vendor in vendors]
    took = []
    for customer_id in ((await make_customer()).id, (await acme()).id):
        basket = await basket_of({cup.id: 1 for cup in cups})
        with counted() as statements:
            await place_order(
                basket_token=basket,
                contact=BEA,
                customer_id=customer_id,
                hold_minutes=30,
            )
        took.append(len(statements))
    shopper, business = took
    assert business == shopper + 1


async def test_the_checkout_asks_once_for_the_number_and_once_for_the_vendors(
    client: TestClientProtocol,
) -> None:
    """The first of whoever is signed in, the second of a business, however many shops; none of
    guests.
    """
    vendors = [await vendor_with(number="") for _ in range(3)]
    cups = [await make_product(vendor, stock=9) for vendor in vendors]

    async def asked(browser: Browser) -> int:
        for vendor, cup in zip(vendors, cups, strict=True):
            await browser.add(f"/shops/{vendor.slug}/{cup.slug}")
        with counted() as statements:
            await browser.get("/shop/checkout")
        return sum(NUMBERS in statement for statement in statements)

    assert await asked(Browser(client)) == 0
    browser = await signed_in(client)
    assert await asked(browser) == 1
    await a_business(await Customer.get(email="ada@example.test"))
    assert await asked(browser) == 2
