"""A region with VAT rates of its own, as shopper and vendor read it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.invoices.service import issue
from shared.finance.invoices.vat_quarters import quarter_of
from shared.trade.orders.models import Order
from shared.trade.orders.service import place_order
from shared.trade.vendors.models import Vendor
from tests.support.app import link_of
from tests.support.factories import make_product, make_ready_vendor
from tests.support.market import ADA
from tests.support.portal import Portal, owner_of
from tests.support.purchases import basket_of
from tests.support.storefront import ADDRESS, Browser, named_shops, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")
ISLANDS = {"country": "PT", "postal_code": "9500-123", "city": "Ponta Delgada"}


async def test_the_region_is_named_wherever_the_order_is_told(
    client: TestClientProtocol,
) -> None:
    """Its rate stands on the shopper's page, the place on the vendor's and in its quarter."""
    vendor = await Vendor.get(id=await owner_of(client, country="DE"))
    await Vendor.filter(id=vendor.id).update(vat_scheme="oss")
    await VendorPaymentConfig.filter(vendor_id=vendor.id).update(
        stripe_account_id="acct_oss", charges_enabled=True, accepts_payments=True
    )
    cup = await make_product(vendor, price_amount=2000)
    token = await place_order(
        basket_token=await basket_of({cup.id: 1}),
        contact=replace(ADA, country="PT", postal_code="9500-123"),
        customer_id=None,
        hold_minutes=30,
    )
    order = await Order.get(checkout__token=token)
    shopper = words(await Browser(client).get(f"/shop/orders/{link_of(token)}"))
    assert "incl. 16% VAT €2.76" in shopper
    await Order.filter(id=order.id).update(
        payment_status="paid", status="processing", paid_at=clock.now()
    )
    await issue(order.id)
    portal = Portal(client, vendor.id)
    said = "Portugal (Azores): one-stop shop"
    page = words(await portal.get(f"/vendor/admin/orders/{order.number}"))
    assert said in page
    quarter = quarter_of(clock.now().date())
    page = words(await portal.get(f"/vendor/admin/vat/{quarter}"))
    assert f"{said} 16% €17.24 €2.76 €20.00" in page


@pytest.mark.parametrize(
    ("country", "code", "said"),
    [
        ("DE", "10115", "incl. 16% VAT €2.76"),
        ("PT", "1000-001", "incl. 23% VAT €3.74"),  # from the mainland
        ("PT", "9000-017", "incl. 22% VAT €3.61"),
        ("FR", "20000", "incl. 16% VAT €2.76"),
        ("ES", "35001", "taxes are included"),  # nothing is known of a shop there
    ],
)
async def test_the_checkout_goes_by_both_addresses(
    client: TestClientProtocol, country: str, code: str, said: str
) -> None:
    """Where the shop sends from, and where it goes."""
    vendor = await make_ready_vendor(
        country=country, vat_scheme="oss", postal_code=code
    )
    cup = await make_product(vendor, price_amount=2000)
    browser = Browser(client)
    await browser.add(f"/shops/{vendor.slug}/{cup.slug}")
    shops = named_shops(await browser.get("/shop/checkout"))
    sent = {**ADDRESS, **ISLANDS, "part": shops}
    told = words(await text_of(await browser.post("/shop/checkout/totals", sent)))
    assert said in told
