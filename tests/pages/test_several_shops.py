"""One basket of several shops' things and its checkout, without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.trade.baskets.rules import MAX_LINES
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Checkout, Order
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product, make_ready_vendor
from tests.support.shipping import send_by
from tests.support.storefront import ADDRESS, Browser, named_shops, text_of, words

pytestmark = pytest.mark.usefixtures("database")

PRICES = {"lux": 4990, "velo": 2000, "hof": 999}


@pytest.fixture
async def vendors() -> dict[str, Vendor]:
    """Three shops, each with a cup."""
    found = {}
    for slug, price in PRICES.items():
        vendor = await make_ready_vendor(slug=slug, name=slug.title())
        name = f"Cup of {slug.title()}"
        await make_product(vendor, slug="cup", name=name, price_amount=price, stock=20)
        found[slug] = vendor
    return found


@pytest.fixture
async def browser(client: Any, vendors: dict[str, Vendor]) -> Browser:
    """Somebody with a cup of each in the basket."""
    visitor = Browser(client)
    for slug in vendors:
        await visitor.add(f"/shops/{slug}/cup")
    return visitor


def shop_part(html: str, name: str) -> str:
    """What a shop's part of the basket's page says."""
    found = re.search(
        rf'<section class="basket-shop" aria-label="{name}">.*?</section>',
        html,
        re.DOTALL,
    )
    assert found, html
    return words(found[0])


async def reprice(slug: str, amount: int) -> None:
    """Let the shop's cup cost something else."""
    await Product.filter(vendor__slug=slug).update(price_amount=amount)


async def shut(slug: str) -> None:
    """Close a shop."""
    await Vendor.filter(slug=slug).update(is_open=False)


class TestBasket:
    async def test_each_shop_stands_by_itself_and_one_button_buys_all(
        self, browser: Browser, vendors: dict[str, Vendor]
    ) -> None:
        """With what it promises, and what its things cost together."""
        await send_by(vendors["lux"].id)
        html = await browser.get("/shop/basket")
        lux, velo = shop_part(html, "Lux"), shop_part(html, "Velo")
        assert "From Lux Subtotal €49.90 Ships from" in lux
        assert "Cup of Lux" in lux
        assert "From Velo Subtotal €20.00 Delivery is included" in velo
        side = words(html.split('<aside class="basket-side"')[1])
        assert "Lux €49.90 Velo €20.00 Hof €9.99 Total €79.89" in side
        assert "delivery is added when you have chosen it" in side
        assert html.count('href="/shop/checkout"') == 1

    @pytest.mark.parametrize("why", ["closed", "payments", "deleted", "sold out"])
    async def test_a_shop_that_stands_in_the_way_is_left_out_by_who_wants_to(
        self, browser: Browser, vendors: dict[str, Vendor], why: str
    ) -> None:
        """The sentence stands at its part; the others are bought, its things stay."""
        velo = vendors["velo"]
        match why:
            case "closed":
                await shut("velo")
            case "payments":
                mine = VendorPaymentConfig.filter(vendor_id=velo.id)
                await mine.update(accepts_payments=False)
            case "deleted":
                mine_too = Product.filter(vendor_id=velo.id)
                await mine_too.update(is_published=False)
            case _:
                await Product.filter(vendor_id=velo.id).update(stock=0)
        sentence = {
            "closed": "Velo is closed",
            "payments": "Velo cannot take payments at the moment.",
            "deleted": "Cup of Velo is no longer sold.",
            "sold out": "Cup of Velo is sold out.",
        }[why]

        html = await browser.get("/shop/basket")
        assert sentence in shop_part(html, "Velo")
        assert sentence not in shop_part(html, "Lux")
        (address,) = re.findall(r'href="(/shop/checkout[^"]*)"', html)
        assert "Check out without Velo" in words(html)
        response = await browser.send_contact(address.replace("&amp;", "&"))
        assert response.status_code == 303, await text_of(response)
        sold = await Order.all().order_by("id").values_list("vendor_id", flat=True)
        assert sold == [vendors["lux"].id, vendors["hof"].id]
        assert "Cup of Velo" in await browser.get("/shop/basket")

    async def test_a_shops_things_are_taken_out_with_one_press(
        self, browser: Browser, vendors: dict[str, Vendor]
    ) -> None:
        """Where the shop cannot sell them; a stranger's number changes nothing."""
        await shut("velo")
        html = await browser.get("/shop/basket")
        action = f"/shop/basket/shops/{vendors['velo'].id}/remove"
        assert f'action="{action}"' in html
        for path in (action, action, "/shop/basket/shops/999999/remove"):
            assert (await browser.post(path)).status_code == 303
        html = await browser.get("/shop/basket")
        assert "Velo" not in words(html)
        assert html.count('href="/shop/checkout"') == 1

    async def test_a_hundred_shops_are_too_many_and_a_million_pieces_too(
        self, client: Any
    ) -> None:
        """A sentence each; what is in the basket stays."""
        visitor = Browser(client)
        for number in range(MAX_LINES + 1):
            vendor = await make_ready_vendor(slug=f"shop-{number}")
            await make_product(vendor, slug="cup")
            if number < MAX_LINES:
                await visitor.add(f"/shops/shop-{number}/cup")
        answer = await visitor.post(f"/shops/shop-{MAX_LINES}/cup", {"quantity": 1})
        assert answer.status_code == 409
        assert "Your basket is full." in await text_of(answer)
        for quantity in ("1000000", "99999999999999999999"):
            answer = await visitor.post("/shops/shop-0/cup", {"quantity": quantity})
            assert answer.status_code == 422
        html = await visitor.get("/shop/basket")
        assert html.count('<section class="basket-shop"') == MAX_LINES
        await visitor.check_out()
        assert await Order.all().count() == MAX_LINES


class TestForm:
    async def test_each_shop_asks_how_it_sends_and_what_it_is_told(
        self, browser: Browser, vendors: dict[str, Vendor]
    ) -> None:
        """What is chosen and told goes to that shop alone; the total says each part of it."""
        lux, velo, hof = (vendors[slug] for slug in PRICES)
        await send_by(lux.id)
        await send_by(hof.id)
        html = await browser.get("/shop/checkout")
        assert named_shops(html) == [str(lux.id), str(velo.id), str(hof.id)]
        text = words(html)
        assert "Add a note to Velo" in text
        assert (
            "Lux €49.90 Delivery Standard parcel €4.90 Velo €20.00"
            " Hof €9.99 Delivery Standard parcel €4.90 Total €89.69" in text
        )
        given: dict[str, Any] = {
            f"shipping-{lux.id}": "express:1490",
            f"shipping-{hof.id}": "pickup:0",
            f"note-{velo.id}": "Ring twice.",
        }
        payment = await browser.check_out(**given)
        orders = await Order.all().order_by("id")
        assert [
            (order.vendor_id, order.total_amount_cents, order.shipping_method)
            for order in orders
        ] == [
            (lux.id, 4990 + 1490, "Express"),
            (velo.id, 2000, ""),
            (hof.id, 999, "Pick up at the shop"),
        ]
        assert [order.note for order in orders] == ["", "Ring twice.", ""]
        assert (await Checkout.get()).total_amount == 9479
        again = await browser.get("/shop/checkout")
        assert "Ring twice." in again
        for way in ("express:1490", "pickup:0"):
            assert f'value="{way}" checked' in again
        assert payment.startswith("/shop/checkout/")

    async def test_what_is_wrong_at_one_shop_stands_at_that_shop(
        self, browser: Browser, vendors: dict[str, Vendor]
    ) -> None:
        """A price of delivery that changed, nothing chosen, too long a note."""
        lux, _velo, hof = (vendors[slug] for slug in PRICES)
        await send_by(lux.id)
        await send_by(hof.id)
        given: dict[str, Any] = {
            f"shipping-{lux.id}": "standard:490",
            f"shipping-{hof.id}": "standard:1",
        }
        answer = await browser.send_contact(**given)
        html = await answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert f'id="delivery-problem-{hof.id}"' in html
        assert f'id="delivery-problem-{lux.id}"' not in html
        assert "Hof has changed what delivery costs" in words(html)
        note: dict[str, Any] = {f"note-{hof.id}": "x" * 501}
        answer = await browser.send_contact(**note)
        html = await answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert f'id="note-{hof.id}-error"' in html
        assert not await Order.exists()

    async def test_a_shop_that_does_not_send_there_can_be_left_for_later(
        self, browser: Browser, vendors: dict[str, Vendor]
    ) -> None:
        """What was typed stays; the rest is ordered only when the shopper has seen it."""
        lux, velo, hof = (vendors[slug] for slug in PRICES)
        await send_by(velo.id)
        answer = await browser.send_contact(
            country="CH", postal_code="8001", city="Zürich"
        )
        html = await answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "Velo does not send these things to Switzerland" in words(html)
        assert "Go on without Velo" in words(html)
        parts = [str(vendor.id) for vendor in (lux, velo, hof)]
        typed: dict[str, Any] = {
            **ADDRESS,
            "country": "CH",
            "postal_code": "8001",
            "city": "Zürich",
            "part": parts,
            f"note-{lux.id}": "Ring twice.",
        }
        answer = await browser.post(
            "/shop/checkout", {**typed, "without": str(velo.id)}
        )
        html = await answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert named_shops(html) == [parts[0], parts[2]]
        assert 'value="Zürich"' in html
        assert "Ring twice." in html
        assert "Velo" not in words(html)
        assert not await Order.exists()
        answer = await browser.post(
            "/shop/checkout", {**typed, "part": named_shops(html)}
        )
        assert answer.status_code == 303
        assert await Order.all().count() == 2

    @pytest.mark.parametrize("why", ["closed", "price", "gone"])
    async def test_what_changed_meanwhile_stops_it_at_its_shop(
        self, browser: Browser, vendors: dict[str, Vendor], why: str
    ) -> None:
        """Between the form and the button; with the way to go on without it."""
        await browser.get("/shop/checkout")
        match why:
            case "closed":
                await shut("velo")
            case "price":
                await reprice("velo", 2500)
            case _:
                await Product.filter(vendor_id=vendors["velo"].id).update(stock=0)
        parts = [str(vendor.id) for vendor in vendors.values()]
        answer = await browser.post("/shop/checkout", {**ADDRESS, "part": parts})
        html = await answer.get_data(as_text=True)
        assert answer.status_code == 409
        sentence = {
            "closed": "Velo Velo is closed",
            "price": "Velo The price of Cup of Velo has changed from €20.00 to €25.00.",
            "gone": "Velo Cup of Velo is sold out.",
        }[why]
        assert sentence in words(html)
        assert "Go on without Velo" in words(html)
        assert "Go on without Lux" not in words(html)
        first = re.search(r'<button type="submit"[^>]*>', html)
        assert first is not None
        assert 'form="checkout-form"' in first[0]
        assert "name=" not in first[0], "Enter would leave a shop out"
        assert 'value="Ada Lovelace"' in html
        assert not await Order.exists()

    async def test_a_second_tab_changes_nothing_that_the_first_did_not_show(
        self, browser: Browser, vendors: dict[str, Vendor]
    ) -> None:
        """What was taken out is not bought; what came in is not bought yet."""
        lux, velo, hof = (vendors[slug] for slug in PRICES)
        first_tab = named_shops(await browser.get("/shop/checkout"))
        await browser.post(f"/shop/basket/shops/{velo.id}/remove")
        late = await make_ready_vendor(slug="late", name="Late")
        await make_product(late, slug="cup")
        await browser.add("/shops/late/cup")

        answer = await browser.post("/shop/checkout", {**ADDRESS, "part": first_tab})
        assert answer.status_code == 303
        sold = await Order.all().order_by("id").values_list("vendor_id", flat=True)
        assert sold == [lux.id, hof.id]
        html = await browser.get("/shop/checkout")
        assert named_shops(html) == [str(lux.id), str(hof.id), str(late.id)]

    async def test_the_parts_that_follow_the_form_know_each_shop(
        self, browser: Browser, vendors: dict[str, Vendor]
    ) -> None:
        """Another country, another way of sending: asked for by htmx, with what was typed."""
        lux, velo, hof = (vendors[slug] for slug in PRICES)
        await send_by(lux.id)
        await send_by(hof.id)
        parts = named_shops(await browser.get("/shop/checkout"))
        sent = {
            **ADDRESS,
            "part": parts,
            f"shipping-{lux.id}": "express:1490",
            f"note-{velo.id}": "Ring twice.",
        }
        htmx = {"HX-Request": "true"}
        answer = await browser.post("/shop/checkout/totals", sent, htmx)
        assert "Delivery Express €14.90" in await text_of(answer)
        sent["country"] = "FR"
        answer = await browser.post("/shop/checkout/delivery", sent, htmx)
        text = await answer.get_data(as_text=True)
        assert "By weight" in words(text)
        assert "Ring twice." in text
        assert f'name="shipping-{hof.id}"' in text
        sent["part"] = [str(velo.id)]
        answer = await browser.post("/shop/checkout/delivery", sent, htmx)
        assert "Lux" not in await text_of(answer)

    @pytest.mark.parametrize("part", ["0", "-1", "x", "9" * 30, "1e3", "٣"])
    async def test_a_part_that_is_none_is_not_looked_at(
        self, browser: Browser, part: str
    ) -> None:
        """Nobody names another shop's things into a purchase; nothing is a 500."""
        answer = await browser.send_contact(part=[part])
        assert answer.status_code == 303
        answer = await browser.send_contact(part=["999999999"])
        assert answer.location == "/shop/basket"
        answer = await browser.post(
            "/shop/checkout", {**ADDRESS, "without": ["x", part, "7" * 40]}
        )
        assert answer.status_code == 200


class TestCurrencies:
    async def test_two_are_said_before_and_paid_one_after_the_other(
        self, browser: Browser, vendors: dict[str, Vendor]
    ) -> None:
        """Neither touches the other: what is not paid stays in the basket and open."""
        lux, velo, hof = (vendors[slug] for slug in PRICES)
        await Product.filter(vendor_id=velo.id).update(currency="CHF")
        html = await browser.get("/shop/basket")
        assert "You pay twice: once in EUR, once in CHF." in words(html)
        assert html.count('<aside class="basket-side"') == 2
        found = re.findall(r'href="(/shop/checkout[^"]*)"', html)
        euros, francs = (address.replace("&amp;", "&") for address in found)
        answer = await browser.client.get("/shop/checkout")
        assert answer.location == "/shop/basket"

        in_euros = await browser.check_out(euros)
        in_francs = await browser.check_out(francs)
        states = await Checkout.all().order_by("id").values_list("currency", "status")
        assert states == [("EUR", "open"), ("CHF", "open")]
        assert await browser.check_out(euros) == in_euros
        assert await browser.check_out(francs) == in_francs
        sold = await Order.all().order_by("id").values_list("vendor_id", "currency")
        assert sold == [(lux.id, "EUR"), (hof.id, "EUR"), (velo.id, "CHF")]

    async def test_what_each_shop_was_told_is_filled_in_whichever_was_ordered_last(
        self, browser: Browser, vendors: dict[str, Vendor]
    ) -> None:
        """Both purchases wait; each form knows its own notes."""
        lux, velo = vendors["lux"], vendors["velo"]
        await Product.filter(vendor_id=velo.id).update(currency="CHF")
        euros, francs = (
            address.replace("&amp;", "&")
            for address in re.findall(
                r'href="(/shop/checkout[^"]*)"', await browser.get("/shop/basket")
            )
        )
        await browser.check_out(euros, **{f"note-{lux.id}": "Ring twice."})
        await browser.check_out(francs, **{f"note-{velo.id}": "Blue, please."})
        assert "Ring twice.</textarea>" in await browser.get(euros)
        assert "Blue, please.</textarea>" in await browser.get(francs)

    async def test_three_are_counted(self, browser: Browser) -> None:
        """In one sentence."""
        await Product.filter(vendor__slug="velo").update(currency="CHF")
        await Product.filter(vendor__slug="hof").update(currency="DKK")
        said = words(await browser.get("/shop/basket"))
        assert "You pay 3 times: once each in EUR, CHF and DKK." in said
