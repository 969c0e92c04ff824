"""A business buys at three shops with one payment: at home, without VAT from another member state,
and from a small business. Pages, documents and books say the same of each part.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.invoices.service import issue
from shared.finance.invoices.vat_quarters import quarter_of
from shared.finance.payments.models import Payment
from shared.infra.mail.models import Email
from shared.trade.orders.models import Checkout, Order
from shared.trade.people.models import Customer, Member
from shared.trade.vendors.models import Vendor
from tests.support.address_books import signed_in
from tests.support.app import link_of
from tests.support.market import Shop, open_shop
from tests.support.money import assert_books_agree
from tests.support.paid_parts import pay_for
from tests.support.portal import Portal, sign_in
from tests.support.refunds import Sold, fund_platform, refund
from tests.support.shipping import send_by
from tests.support.storefront import ADDRESS, Browser, named_shops, text_of, words
from tests.support.vat import a_business, with_number

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
BUYER, SELLER = "LU26375245", "DE136695976"
# Name, country, how it is taxed, its number, the price of its cup.
SHOPS = (
    ("Maison Sud", "LU", "oss", "", 1170),
    ("Hof West", "DE", "oss", SELLER, 2000),
    ("Atelier Nord", "FR", "small", "FR40303265045", 999),
)
SAID = (
    "incl. 17% VAT Maison Sud €1.70",
    "VAT 0%, reverse charge Hof West €0.00",
    "Hof West: Bought for Amazing S.à r.l. with the VAT number LU26375245: €3.62 VAT is not",
    "Atelier Nord: No VAT is charged: the shop is exempt as a small business.",
)
QUARTER = quarter_of(clock.now().date())


@pytest.fixture
async def shops(context: Context, sandbox: RunningSandbox) -> list[Shop]:
    """One at home, one in another state that sends for a price, one small business."""
    found = []
    for name, country, scheme, number, price in SHOPS:
        shop = await open_shop(context.gateway, sandbox, country=country, price=price)
        vendor = await Vendor.get(id=shop.vendor_id)
        vendor.name, vendor.vat_scheme = name, scheme
        await vendor.save()
        if number:
            await with_number(vendor, number)
        found.append(shop)
    await send_by(found[1].vendor_id)
    await fund_platform(sandbox)
    return found


@pytest.fixture
async def browser(client: TestClientProtocol, shops: list[Shop]) -> Browser:
    """A business with a cup of each in its basket."""
    visitor = await signed_in(client)
    me = await Customer.get(email="ada@example.test")
    await a_business(me, BUYER, "Amazing S.à r.l.", "LU")
    for shop in shops:
        vendor = await Vendor.get(id=shop.vendor_id)
        await visitor.add(f"/shops/{vendor.slug}/cup")
    return visitor


async def ordered(browser: Browser, shops: list[Shop]) -> str:
    """The payment page of what is ordered at the prices that were shown."""
    parts = named_shops(await browser.get("/shop/checkout"))
    way = {f"shipping-{shops[1].vendor_id}": "standard:490"}
    sent = {**ADDRESS, **way, "part": parts}
    shown = await browser.post("/shop/checkout/totals", sent)
    html = str(await shown.get_data(as_text=True))
    told = words(html)
    for said in (*SAID, "Hof West without VAT €17.09", "€4.19", "Total €42.97"):
        assert said in told
    seen = dict(re.findall(r'name="(seen_\w+)" value="([^"]*)"', html))
    answer = await browser.post("/shop/checkout", {**sent, **seen})
    assert answer.status_code == 303, await text_of(answer)
    return str(answer.location)


async def test_each_part_is_taxed_by_itself_until_it_is_paid_back(
    browser: Browser, context: Context, sandbox: RunningSandbox, shops: list[Shop]
) -> None:
    """Totals, payment and order pages, mails, one refund, the quarter, and the books."""
    paying = words(await browser.get(await ordered(browser, shops)))
    for said in (*SAID, "Hof West without VAT €17.09", "Pay €42.97"):
        assert said in paying
    checkout = await Checkout.get()
    orders = await Order.filter(checkout_id=checkout.id).order_by("id")
    kept = [(o.vat_treatment, o.total_amount_cents, o.vat_taken_off) for o in orders]
    assert kept == [
        ("domestic", 1170, 0),
        ("reverse_charge", 2128, 362),
        ("small", 999, 0),
    ]
    await pay_for(context, sandbox, orders[0].id)
    await assert_books_agree(sandbox)
    page = words(await browser.get(f"/shop/orders/{link_of(checkout.token)}"))
    assert page.count("reverse charge €0.00") == 1
    assert page.count("incl. 17% VAT €1.70") == 1
    for order, shop in zip(orders, shops, strict=True):
        vendor = await Vendor.get(id=shop.vendor_id)
        mail = await Email.get(kind="order_sold", to=vendor.business_email)
        assert (BUYER in mail.text) == (order.vat_treatment == "reverse_charge")
        await issue(order.id)
    sale = Sold(shops[1], orders[1], await Payment.get(order_id=orders[1].id))
    given_back = await refund(context.gateway, sale)
    assert given_back.amount == 2128
    await issue(orders[1].id)
    await assert_books_agree(sandbox)
    told = await csv_of(browser.client, shops[1])
    assert f"reverse_charge,LU,0.00,0.00,0.00,0.00,EUR,{BUYER}" in told
    assert "domestic,LU,17.00,10.00,1.70,11.70,EUR," in await csv_of(
        browser.client, shops[0]
    )


async def portal_of(client: Any, shop: Shop) -> Portal:
    """The shop's owner, signed in."""
    await sign_in(client, (await Member.get(id=shop.member_id)).email)
    return Portal(client, shop.vendor_id)


async def csv_of(client: Any, shop: Shop) -> str:
    """What the shop's return asks for."""
    portal = await portal_of(client, shop)
    answer = await portal.send("GET", f"/vendor/admin/vat/{QUARTER}.csv")
    return str(await answer.get_data(as_text=True))


async def test_vendors_read_of_the_business_where_they_sell_to_it_without_vat(
    browser: Browser, context: Context, sandbox: RunningSandbox, shops: list[Shop]
) -> None:
    """On the order's page and in the quarter; the others neither its name nor its number."""
    await ordered(browser, shops)
    orders = await Order.all().order_by("id")
    await pay_for(context, sandbox, orders[0].id)
    for order, shop in zip(orders, shops, strict=True):
        await issue(order.id)
        portal = await portal_of(browser.client, shop)
        page = words(await portal.get(f"/vendor/admin/orders/{order.number}"))
        quarter = words(await portal.get(f"/vendor/admin/vat/{QUARTER}"))
        if shop is shops[1]:
            assert "Businesses in other EU countries" in page
            assert f"Business Amazing S.à r.l. {BUYER}, confirmed today" in page
            assert f"Your VAT number {SELLER} VAT not charged €3.62" in page
            row = f"Luxembourg: Businesses in other EU countries, {BUYER}"
            assert f"{row} 0% €21.28 €0.00 €21.28" in quarter
        else:
            assert BUYER not in page + quarter
            assert "Amazing" not in page + quarter
