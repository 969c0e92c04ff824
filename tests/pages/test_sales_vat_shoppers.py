"""What shoppers read of VAT: before they order, when they pay, and afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.trade.orders.service import place_order
from tests.support.app import link_of
from tests.support.factories import make_product, make_ready_vendor
from tests.support.market import ADA
from tests.support.purchases import basket_of
from tests.support.storefront import ADDRESS, Browser, named_shops, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")
DUTIES = "Import duties and taxes may be due"


async def test_an_orders_page_says_what_of_it_is_vat(
    client: TestClientProtocol,
) -> None:
    """By rate, below the sum."""
    vendor = await make_ready_vendor(country="LU", vat_scheme="oss")
    cup = await make_product(vendor, price_amount=5850)
    basket = await basket_of({cup.id: 1})
    token = await place_order(
        basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30
    )
    page = words(await Browser(client).get(f"/shop/orders/{link_of(token)}"))
    assert "incl. 17% VAT €8.50" in page


@pytest.mark.parametrize(
    ("scheme", "country", "said"),
    [
        ("oss", "CH", DUTIES),
        ("oss", "DE", "taxes are included"),
        ("small", "DE", "exempt as a small business"),
        ("", "CH", "taxes are included"),
    ],
)
async def test_the_checkout_says_whether_vat_is_inside_before_anybody_orders(
    client: TestClientProtocol, scheme: str, country: str, said: str
) -> None:
    """It follows the country that is chosen."""
    vendor = await make_ready_vendor(country="LU", vat_scheme=scheme)
    cup = await make_product(vendor, price_amount=5850)
    browser = Browser(client)
    await browser.add(f"/shops/{vendor.slug}/{cup.slug}")
    shops = named_shops(await browser.get("/shop/checkout"))
    sent = {**ADDRESS, "part": shops, "country": country}
    told = words(await text_of(await browser.post("/shop/checkout/totals", sent)))
    assert said in told
    assert (DUTIES in told) == (said == DUTIES)
