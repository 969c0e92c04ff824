"""What a checkout asks beside the parcel's address: where the bill goes, a number for the carrier,
a note to the shop.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from shared.trade.orders.models import Checkout, Order
from shared.trade.shipping.models import ShippingSettings
from shared.trade.shipping.queries import plan_of_vendor
from shared.trade.shipping.rules import ShippingPlan
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_order, make_product, make_ready_vendor
from tests.support.market import open_shop
from tests.support.portal import signed_in
from tests.support.shipping import send_by
from tests.support.storefront import Browser, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")
BILL = {
    "bill_elsewhere": "y",
    "billing_name": "Charles Babbage",
    "billing_company": "Engines Ltd",
    "billing_address": "1 Dorset Street",
    "billing_postal_code": "w1u 4bq",
    "billing_city": "London",
    "billing_country": "GB",
}


@pytest.fixture
async def browser(client: Any) -> Browser:
    """Somebody with a cup of Lux in the basket."""
    vendor = await make_ready_vendor(slug="lux", name="Lux", country="LU")
    await make_product(vendor, slug="cup", name="Cup", price_amount=4990)
    visitor = Browser(client)
    await visitor.add("/shops/lux/cup")
    return visitor


async def _asks_phone() -> ShippingSettings:
    vendor = await Vendor.get(slug="lux")
    row = await send_by(vendor.id, ShippingPlan("EUR", 1))
    row.asks_phone = True
    await row.save()
    return row


class TestBill:
    async def test_it_goes_where_the_parcel_goes_unless_said_otherwise(
        self, browser: Browser
    ) -> None:
        """What stands in the fields of an unticked box is not looked at."""
        answer = await browser.send_contact(**{**BILL, "bill_elsewhere": ""})
        assert answer.status_code == 303
        assert (await Checkout.get()).billing is None

    async def test_another_address_is_kept_and_shown(self, browser: Browser) -> None:
        """On the order's page, and again in the form of who goes back to it."""
        answer = await browser.send_contact(**BILL)
        assert answer.status_code == 303, await text_of(answer)
        billing = (await Checkout.get()).billing
        assert billing["postal_code"] == "W1U 4BQ"
        link = answer.location.rpartition("/")[2]
        said = words(await browser.get(f"/shop/orders/{link}"))
        assert (
            "Billing address Engines Ltd Charles Babbage 1 Dorset Street London W1U 4BQ"
            " United Kingdom" in said
        ), said
        html = await browser.get("/shop/checkout")
        assert 'value="1 Dorset Street"' in html

    async def test_what_is_wrong_is_listed_in_the_order_of_the_page(
        self, browser: Browser
    ) -> None:
        """So that the first link leads to the first field."""
        await browser.get("/shop/checkout")
        answer = await browser.post("/shop/checkout", {"bill_elsewhere": "y"})
        html = await answer.get_data(as_text=True)
        listed = re.findall(r'<li><a href="#([^"]+)">', html)
        fields = re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', html)
        assert len(listed) > 5
        assert listed == [name for name in fields if name in listed]

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("billing_name", " ", "Enter the name for the bill."),
            ("billing_address", "", "Enter street and house number."),
            ("billing_city", "", "Enter the city."),
            ("billing_postal_code", "", "Enter a postal code such as SW1A 1AA."),
            ("billing_postal_code", "12", "Enter a postal code such as SW1A 1AA."),
            ("billing_country", "XX", "Choose the country."),
            ("billing_company", "x" * 121, "Use at most 120 characters."),
        ],
    )
    async def test_what_is_missing_stands_beside_its_field(
        self, browser: Browser, field: str, value: str, sentence: str
    ) -> None:
        """And what was typed is still there."""
        answer = await browser.send_contact(**{**BILL, field: value})
        html = await answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert sentence in words(html)
        assert f'id="{field}-error"' in html
        assert 'value="Ada Lovelace"' in html
        assert await Order.all().count() == 0


class TestPhone:
    async def test_it_is_asked_only_where_the_shop_wants_it(
        self, browser: Browser
    ) -> None:
        """Nobody gives a number for nothing; one that is sent all the same is not kept."""
        assert 'name="phone"' not in await browser.get("/shop/checkout")
        answer = await browser.send_contact(phone="+352 26 12 34")
        assert answer.status_code == 303
        assert (await Checkout.get()).phone == ""

    async def test_where_it_is_wanted_it_has_to_be_one(self, browser: Browser) -> None:
        """Other digits and dashes are read, words are not."""
        await _asks_phone()
        assert 'name="phone"' in await browser.get("/shop/checkout")
        for typed, sentence in (
            ("", "Enter a phone number for the carrier."),
            ("call me", "Enter a phone number such as +352 26 12 34."),
        ):
            answer = await browser.send_contact(phone=typed)
            assert answer.status_code == 422
            assert sentence in await text_of(answer)
        answer = await browser.send_contact(phone="＋３５２ 26\N{EN DASH}12")
        assert answer.status_code == 303, await text_of(answer)
        assert (await Checkout.get()).phone == "+352 26-12"

    async def test_a_vendor_says_whether_it_does(
        self, client: TestClientProtocol
    ) -> None:
        """Beside the days of handling, noted once."""
        portal = await signed_in(client)
        form = {"handling_days": "3", "asks_phone": "y"}
        answer = await portal.post("/vendor/admin/shipping", form)
        assert answer.status_code == 303
        plan = await plan_of_vendor(portal.vendor_id)
        assert plan is not None
        assert (plan.handling_days, plan.asks_phone) == (3, True)


async def note(text: str) -> dict[str, str]:
    """What the form says to Lux."""
    return {f"note-{(await Vendor.get(slug='lux')).id}": text}


class TestNote:
    async def test_the_shop_reads_it(self, browser: Browser) -> None:
        """Kept with the order; the same order with another note keeps the last one."""
        await browser.send_contact(
            **await note("At the neighbours', please.\nThank you.")
        )
        first = await Order.get()
        assert first.note.startswith("At the neighbours', please.")
        assert "At the neighbours" in await browser.get("/shop/checkout")
        await browser.send_contact(**await note("At the door."))
        order = await Order.get()
        assert (order.id, order.note) == (first.id, "At the door.")

    async def test_a_novel_is_refused_and_kept_in_the_field(
        self, browser: Browser
    ) -> None:
        """Five hundred characters are enough to say where the door is."""
        answer = await browser.send_contact(**await note("x" * 501))
        assert answer.status_code == 422
        html = await answer.get_data(as_text=True)
        assert "Use at most 500 characters." in words(html)
        assert "x" * 501 in html

    async def test_it_stands_on_the_vendors_page_of_the_order(
        self, client: TestClientProtocol
    ) -> None:
        """With the number for the carrier and where the bill goes; markup stays text."""
        portal = await signed_in(client)
        vendor = await portal.vendor()
        order = await make_order(vendor, note="<b>Ring twice</b>")
        await Checkout.filter(id=order.checkout_id).update(
            phone="+352 26 12 34",
            billing={
                "full_name": "Charles Babbage",
                "company": "Engines Ltd",
                "address": "1 Dorset Street",
                "city": "London",
                "postal_code": "W1U 4BQ",
                "state": "",
                "country": "GB",
            },
        )
        html = await portal.get(f"/vendor/admin/orders/{order.number}")
        assert "&lt;b&gt;Ring twice&lt;/b&gt;" in html
        assert 'href="tel:+35226' in html
        assert "Bill to Engines Ltd Charles Babbage" in words(html)


async def test_the_payment_page_says_until_when_things_are_kept(
    client: Any, gateway: Any, sandbox: Any
) -> None:
    """Where they are set aside already; else that they are when Pay is pressed."""
    shop = await open_shop(gateway, sandbox, stock=50)
    vendor = await Vendor.get(id=shop.vendor_id)
    visitor = Browser(client)
    await visitor.add(f"/shops/{vendor.slug}/cup")
    html = await visitor.get(await visitor.check_out())
    until = (await Checkout.get()).reserved_until
    assert "These things are kept for you until" in words(html)
    assert f"{until:%Y-%m-%dT%H:%M}" in html
