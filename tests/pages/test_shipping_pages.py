"""Delivery on pages: the vendor sets it, the shopper chooses, and what was chosen is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from shared.trade.orders.models import Order
from shared.trade.shipping.models import ShippingSettings
from shared.trade.shipping.queries import plan_of_vendor
from shared.trade.shipping.rules import DeliveryDays
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product, make_ready_vendor
from tests.support.portal import Portal, signed_in
from tests.support.shipping import PLAN, send_by
from tests.support.storefront import ADDRESS, Browser, htmx, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def browser(client: Any) -> Browser:
    return Browser(client)


async def _shop() -> Vendor:
    vendor = await make_ready_vendor(slug="lux", name="Lux", country="LU")
    await make_product(vendor, slug="cup", name="Cup", price_amount=4990)
    await send_by(vendor.id)
    return vendor


async def _with_cup(browser: Browser) -> Vendor:
    vendor = await _shop()
    await browser.add("/shops/lux/cup")
    return vendor


def _chosen(html: str) -> dict[str, str]:
    """The radio that is chosen, as the form sends it."""
    radios = re.findall(r'name="(shipping-\d+)"\s+value="([^"]+)"( checked)?', html)
    return {name: value for name, value, checked in radios if checked}


class TestCheckout:
    async def test_what_fits_the_address_is_offered_with_price_and_days(
        self, browser: Browser
    ) -> None:
        """The first is chosen, and the total has it in."""
        await _with_cup(browser)
        html = await browser.get("/shop/checkout")
        said = words(html)
        assert "Delivery to Luxembourg" in said
        assert "Standard parcel Arrives in 3 to 5 days €4.90" in said
        assert "Express €14.90" in said
        assert "Pick up at the shop Free" in said
        assert "Total €54.80" in said
        assert list(_chosen(html).values()) == ["standard:490"]

    async def test_without_scripts_another_country_shows_its_ways_first(
        self, browser: Browser
    ) -> None:
        """Nothing is ordered at a price that nobody saw; what was typed is there, and the second
        try goes through.
        """
        vendor = await _with_cup(browser)
        given = _chosen(await browser.get("/shop/checkout"))
        abroad = {"country": "FR", "postal_code": "75001", "city": "Paris"}
        answer = await browser.post("/shop/checkout", {**ADDRESS, **abroad, **given})
        html = await answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "Choose how Lux sends your order." in words(html)
        assert "Delivery to France" in words(html)
        assert 'value="Paris"' in html
        assert await Order.all().count() == 0

        again = _chosen(html)
        assert again == {f"shipping-{vendor.id}": "heavy:1000"}
        answer = await browser.post("/shop/checkout", {**ADDRESS, **abroad, **again})
        assert answer.status_code == 303
        order = await Order.get()
        assert (order.total_amount_cents, order.shipping_method) == (5990, "By weight")

    async def test_a_country_that_is_not_served_is_said_before_payment(
        self, browser: Browser
    ) -> None:
        """With where the shop does send to."""
        await _with_cup(browser)
        given = _chosen(await browser.get("/shop/checkout"))
        there = {"country": "CH", "postal_code": "8001", "city": "Zürich"}
        answer = await browser.post("/shop/checkout", {**ADDRESS, **there, **given})
        said = words(await text_of(answer))
        assert answer.status_code == 422
        assert "Lux does not send these things to Switzerland." in said
        assert "It sends to Austria, Belgium," in said
        assert await Order.all().count() == 0

    async def test_a_price_that_changed_meanwhile_is_shown_before_it_is_paid(
        self, browser: Browser
    ) -> None:
        """The page comes back with the new one chosen."""
        vendor = await _with_cup(browser)
        given = _chosen(await browser.get("/shop/checkout"))
        row = await ShippingSettings.get(vendor_id=vendor.id)
        row.zones[0]["methods"][0]["price"] = 590
        await row.save()
        answer = await browser.post("/shop/checkout", {**ADDRESS, **given})
        html = await answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "Lux has changed what delivery costs" in words(html)
        assert "Total €55.80" in words(html)
        answer = await browser.post("/shop/checkout", {**ADDRESS, **_chosen(html)})
        assert answer.status_code == 303

    async def test_what_was_chosen_stays_chosen_at_its_new_price(
        self, browser: Browser
    ) -> None:
        """Not the first of the list; what is offered no more is not kept."""
        vendor = await _with_cup(browser)
        field = f"shipping-{vendor.id}"
        row = await ShippingSettings.get(vendor_id=vendor.id)
        row.zones[0]["methods"][1]["price"] = 1590
        await row.save()
        await browser.get("/shop/checkout")
        old = {**ADDRESS, field: "express:1490"}
        answer = await browser.post("/shop/checkout", old)
        html = await answer.get_data(as_text=True)
        assert _chosen(html) == {field: "express:1590"}
        assert "has changed what delivery costs" in words(html)
        del row.zones[0]["methods"][1]
        await row.save()
        answer = await browser.post("/shop/checkout", old)
        html = await answer.get_data(as_text=True)
        assert _chosen(html) == {field: "standard:490"}

    async def test_what_costs_nothing_is_called_free(self, browser: Browser) -> None:
        """In the sums of the checkout and of the order, as beside its button."""
        vendor = await _with_cup(browser)
        await browser.get("/shop/checkout")
        fetched = {**ADDRESS, f"shipping-{vendor.id}": "pickup:0"}
        answer = await browser.post(
            "/shop/checkout/totals", fetched, htmx("checkout-totals")
        )
        said = words(await text_of(answer))
        assert "Free" in said
        assert "€0.00" not in said
        answer = await browser.post("/shop/checkout", fetched)
        page = answer.location.replace("/shop/checkout/", "/shop/orders/")
        said = words(await browser.get(page))
        assert "Free" in said
        assert "€0.00" not in said

    @pytest.mark.parametrize(
        "made_up",
        [
            {},
            {"shipping-x": "standard:490"},
            {"shipping-1": "standard"},
            {"shipping-99999999999999999999": "standard:490"},
            {"shipping-1": "standard:" + "9" * 30},
        ],
    )
    async def test_whatever_is_sent_instead_is_a_sentence(
        self, browser: Browser, made_up: dict[str, str]
    ) -> None:
        """Never a failure, never an order."""
        await _with_cup(browser)
        await browser.get("/shop/checkout")
        answer = await browser.post("/shop/checkout", {**ADDRESS, **made_up})
        assert answer.status_code == 422
        assert "Choose how Lux sends your order." in words(await text_of(answer))

    async def test_with_scripts_the_choice_and_the_total_follow(
        self, browser: Browser
    ) -> None:
        """Of the country, and of what was chosen."""
        vendor = await _with_cup(browser)
        await browser.get("/shop/checkout")
        express = {f"shipping-{vendor.id}": "express:1490"}
        answer = await browser.post(
            "/shop/checkout/delivery", {**ADDRESS, **express}, htmx("delivery-choice")
        )
        assert "Total €64.80" in words(await text_of(answer))
        answer = await browser.post(
            "/shop/checkout/delivery",
            {**ADDRESS, **express, "country": "FR"},
            htmx("delivery-choice"),
        )
        said = words(await text_of(answer))
        assert "By weight €10.00" in said
        assert "Total €59.90" in said

    async def test_an_empty_basket_has_no_delivery(self, browser: Browser) -> None:
        """Whoever asks is led to the basket."""
        answer = await browser.post("/shop/checkout/delivery", ADDRESS)
        assert (answer.status_code, answer.location) == (303, "/shop/basket")

    async def test_a_shop_that_set_nothing_sells_as_before(
        self, browser: Browser
    ) -> None:
        """Nothing to choose, and the price includes it."""
        vendor = await make_ready_vendor(slug="lux", name="Lux")
        await make_product(vendor, slug="cup", name="Cup")
        await browser.add("/shops/lux/cup")
        html = await browser.get("/shop/checkout")
        assert "shipping-" not in html
        assert "Delivery and taxes are included." in words(html)


class TestPromise:
    async def test_a_product_tells_it_before_the_basket(self, browser: Browser) -> None:
        """For the shop's own country first; the others are a click away."""
        await _shop()
        said = words(await browser.get("/shops/lux/cup"))
        assert (
            "Ships from Luxembourg to Germany and Luxembourg in 3 to 5 days, from €4.90."
            in said
        )
        assert "Ships from Luxembourg to the rest of the EU, from €10.00." in said, said

    async def test_the_basket_tells_it_for_what_is_in_it(
        self, browser: Browser
    ) -> None:
        """Three cups go free."""
        await _shop()
        await browser.add("/shops/lux/cup", 3)
        assert "in 3 to 5 days, free." in words(await browser.get("/shop/basket"))

    async def test_a_change_of_the_vendors_is_on_the_page_at_once(
        self, browser: Browser
    ) -> None:
        """Though such pages are kept in memory."""
        vendor = await _shop()
        await browser.get("/shops/lux/cup")
        row = await ShippingSettings.get(vendor_id=vendor.id)
        row.handling_days = 9
        await row.save()
        assert "in 10 to 12 days" in words(await browser.get("/shops/lux/cup"))


class TestPortal:
    async def test_a_vendor_sets_a_zone_and_a_way_of_sending(
        self, client: TestClientProtocol
    ) -> None:
        """From nothing to the first price, by plain forms; the overview tells all of it."""
        portal = await signed_in(client)
        said = words(await portal.get("/vendor/admin/shipping"))
        assert "Your prices include delivery everywhere" in said
        answer = await portal.post(
            "/vendor/admin/shipping/zones/new", {"places": ["DE", "LU"]}
        )
        assert answer.status_code == 303
        assert "Nothing is sent there until you say how." in words(
            await portal.get("/vendor/admin/shipping")
        )
        answer = await portal.post(
            answer.location,
            {
                "name": "By bike",
                "kind": "weight",
                "price": "4.90",
                "per_kilogram": "1.50",
                "most_kilograms": "20",
                "free_from": "50",
                "days_from": "1",
                "days_to": "2",
            },
        )
        assert answer.status_code == 303
        assert (
            await portal.post("/vendor/admin/shipping", {"handling_days": "2"})
        ).status_code == 303
        said = words(await portal.get("/vendor/admin/shipping"))
        assert (
            "By bike in 3 to 4 days · €1.50 each further kilogram · up to 20 kg"
            " · free from €50.00 €4.90" in said
        ), said
        plan = await plan_of_vendor(portal.vendor_id)
        assert plan is not None
        (zone,) = plan.zones
        (method,) = zone.methods
        assert (zone.places, method.days) == (("DE", "LU"), DeliveryDays(1, 2))
        assert (method.price, method.per_kilogram, method.most_grams) == (
            490,
            150,
            20_000,
        )

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("name", " ", "Give it a name"),
            ("price", "", "Enter what it costs"),
            ("price", "-1", "Enter an amount"),
            ("price", "a lot", "Enter an amount"),
            ("kind", "balloon", "Not a valid choice"),
            ("most_kilograms", "0", "Enter whole kilograms from 1"),
            ("days_to", "0", "Enter the fewest days first"),
            ("days_to", "", "Enter the fewest days first"),
            ("days_from", "", "Enter the fewest days first"),
            ("days_from", "1000", "Enter a number of days from 0 to 90."),
        ],
    )
    async def test_what_is_wrong_stands_beside_its_field(
        self, client: TestClientProtocol, field: str, value: str, sentence: str
    ) -> None:
        """And what was typed is still there."""
        portal = await self._with_plan(client)
        before = await plan_of_vendor(portal.vendor_id)
        form = {
            "name": "Kept",
            "kind": "flat",
            "price": "1",
            "days_from": "1",
            "days_to": "2",
            field: value,
        }
        answer = await portal.post(
            "/vendor/admin/shipping/zones/home/methods/new", form
        )
        text = await answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert sentence in words(text), words(text)
        assert field == "name" or 'value="Kept"' in text
        assert await plan_of_vendor(portal.vendor_id) == before

    async def test_a_country_of_another_zone_is_told_at_the_countries(
        self, client: TestClientProtocol
    ) -> None:
        """Nothing is moved silently."""
        portal = await self._with_plan(client)
        answer = await portal.post(
            "/vendor/admin/shipping/zones/abroad", {"places": ["LU"]}
        )
        assert answer.status_code == 409
        assert "Luxembourg is in another of your zones already." in words(
            await answer.get_data(as_text=True)
        )
        answer = await portal.post("/vendor/admin/shipping/zones/new", {})
        assert answer.status_code == 422

    async def test_removing_leaves_the_rest(self, client: TestClientProtocol) -> None:
        """A way of sending, then its zone."""
        portal = await self._with_plan(client)
        there = "/vendor/admin/shipping/zones/home"
        await portal.send("POST", f"{there}/methods/express/remove")
        plan = await plan_of_vendor(portal.vendor_id)
        assert plan is not None
        assert [each.key for each in plan.zones[0].methods] == ["standard", "pickup"]
        await portal.send("POST", f"{there}/remove")
        plan = await plan_of_vendor(portal.vendor_id)
        assert plan is not None
        assert [zone.key for zone in plan.zones] == ["abroad"]

    async def test_nobody_reaches_another_vendors(
        self, client: TestClientProtocol
    ) -> None:
        """Its zones are not there for anybody else."""
        other = await make_ready_vendor()
        await send_by(other.id)
        portal = await signed_in(client)
        there = "/vendor/admin/shipping/zones/home"
        for address in (there, f"{there}/methods/standard", f"{there}/methods/new"):
            assert (await portal.send("GET", address)).status_code == 404
            assert (await portal.send("POST", address)).status_code == 404
        for address in (f"{there}/remove", f"{there}/methods/standard/remove"):
            assert (await portal.send("POST", address)).status_code == 404
        assert await plan_of_vendor(other.id) == PLAN

    @staticmethod
    async def _with_plan(client: TestClientProtocol) -> Portal:
        portal = await signed_in(client)
        await send_by(portal.vendor_id)
        return portal
