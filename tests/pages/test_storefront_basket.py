"""Things go into the basket, and its page changes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.trade.baskets.models import Basket
from shared.trade.catalogue.models import Product
from tests.support.factories import make_product, make_ready_vendor, make_vendor
from tests.support.storefront import Browser, htmx, text_of, words


@pytest.fixture
def browser(client: Any) -> Browser:
    return Browser(client)


class TestAddToBasket:
    async def test_a_plain_form_leads_to_the_basket(self, browser: Browser) -> None:
        """Without JavaScript."""
        await make_product(await make_ready_vendor(slug="lux"), slug="cup", name="Cup")

        await browser.add("/shops/lux/cup", quantity=2)

        page = words(await browser.get("/shop/basket"))
        assert "Cup" in page
        assert "€99.80" in page

    async def test_htmx_gets_a_line_and_the_new_number(self, browser: Browser) -> None:
        """The page stays where it is."""
        await make_product(await make_ready_vendor(slug="lux"), slug="cup", name="Cup")
        await browser.get("/shops/lux/cup")

        response = await browser.post("/shops/lux/cup", {"quantity": 2}, htmx("added"))

        html = await response.get_data(as_text=True)
        assert response.status_code == 200
        assert "<html" not in html
        assert "is in your basket" in html
        assert 'hx-target="#basket-link"' in html

    @pytest.mark.parametrize(
        "quantity",
        ["0", "-1", "100", "1e9", "abc", "", "9" * 30, "²", "1.5"],
    )
    async def test_absurd_quantities_are_a_sentence(
        self, browser: Browser, quantity: str
    ) -> None:
        """422, and nothing in the basket."""
        await make_product(await make_ready_vendor(slug="lux"), slug="cup")
        await browser.get("/shops/lux/cup")

        response = await browser.post("/shops/lux/cup", {"quantity": quantity})

        assert response.status_code == 422
        assert "Your basket is empty" in words(await browser.get("/shop/basket"))

    async def test_a_nul_quantity_is_refused(self, browser: Browser) -> None:
        """400 in the wall, before any view."""
        await make_product(await make_ready_vendor(slug="lux"), slug="cup")
        await browser.get("/shops/lux/cup")

        assert (
            await browser.post("/shops/lux/cup", {"quantity": "\0"})
        ).status_code == 400

    async def test_sold_out_is_a_sentence(self, browser: Browser) -> None:
        """More than there are: 409 with how many there are."""
        await make_product(
            await make_ready_vendor(slug="lux"), slug="cup", name="Cup", stock=2
        )
        await browser.get("/shops/lux/cup")

        response = await browser.post("/shops/lux/cup", {"quantity": 3})

        assert response.status_code == 409
        assert "Only 2 left of Cup." in await text_of(response)

    async def test_another_shops_things_go_into_the_same_basket(
        self, browser: Browser
    ) -> None:
        """Without a word about it: they are bought together."""
        await make_product(await make_ready_vendor(slug="lux", name="Lux"), slug="cup")
        await make_product(
            await make_ready_vendor(slug="velo", name="Velo"), slug="bell", name="Bell"
        )
        await browser.add("/shops/lux/cup")
        await browser.add("/shops/velo/bell")
        page = words(await browser.get("/shop/basket"))
        assert "From Lux" in page
        assert "From Velo" in page

    async def test_a_shop_that_cannot_take_payments_says_so(
        self, browser: Browser
    ) -> None:
        """No button, and a request without the button is refused as well."""
        await make_product(await make_vendor(slug="new", name="New"), slug="cup")

        page = await browser.get("/shops/new/cup")
        response = await browser.post("/shops/new/cup", {"quantity": 1})

        assert "Add to basket" not in page
        assert "opens soon" in page
        assert response.status_code == 409

    async def test_a_lost_answer_loses_no_basket(self, browser: Browser) -> None:
        """The token is in the cookie from the first thing on: pressing the button again and leaving
        at once still fills that basket.
        """
        await make_product(await make_ready_vendor(slug="lux"), slug="cup", name="Cup")
        jar = browser.client.cookie_jar
        assert jar is not None
        await browser.add("/shops/lux/cup")
        before = list(jar)

        await browser.post("/shops/lux/cup", {"quantity": 1})
        jar.clear()
        for cookie in before:
            jar.set_cookie(cookie)

        assert 'stepper-number">2<' in await browser.get("/shop/basket")

    async def test_looking_around_sets_no_cookie(self, browser: Browser) -> None:
        """The basket's comes with the first thing that is put into it."""
        await make_product(await make_ready_vendor(slug="lux"), slug="cup")
        headers = {"Origin": "http://localhost"}

        looked = await browser.client.get("/shops/lux/cup")
        bought = await browser.client.post(
            "/shops/lux/cup", form={"quantity": "1"}, headers=headers
        )

        assert "Set-Cookie" not in looked.headers
        assert "csrf_token" not in await looked.get_data(as_text=True)
        assert bought.status_code == 303
        assert "HttpOnly" in bought.headers["Set-Cookie"]

    async def test_the_first_cookie_is_enough_for_the_next_pages(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It has what the checkout's form would put into it; on the next day it is signed anew."""
        await make_product(await make_ready_vendor(slug="lux"), slug="cup")
        headers = {"Origin": "http://localhost"}
        await browser.client.post(
            "/shops/lux/cup", form={"quantity": "1"}, headers=headers
        )

        for page in ("/shop/basket", "/shop/checkout", "/shop/checkout"):
            answer = await browser.client.get(page)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers, page
            assert "Cookie" in answer.headers["Vary"]
        now = clock.now() + timedelta(days=1)
        monkeypatch.setattr(clock, "now", lambda: now)
        renewed = await browser.client.get("/shop/basket")
        assert "Expires" in renewed.headers["Set-Cookie"]

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 422),  # who does not say where it comes from needs a form's token
            ({"Sec-Fetch-Site": "same-origin"}, 303),
            ({"Origin": "http://localhost"}, 303),
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Sec-Fetch-Site": "same-site", "Origin": "https://evil.example"}, 403),
        ],
    )
    async def test_the_browsers_word_for_its_origin_stands_for_the_token(
        self, browser: Browser, headers: dict[str, str], status: int
    ) -> None:
        """The page holds none; without either nothing happens, and no cookie is given away."""
        await make_product(await make_ready_vendor(slug="lux"), slug="cup")

        response = await browser.client.post(
            "/shops/lux/cup", form={"quantity": "1"}, headers=headers
        )

        assert response.status_code == status
        assert (await Basket.all().count() == 1) is (status == 303)


class TestBasketPage:
    async def test_quantities_and_removal_as_plain_forms(
        self, browser: Browser
    ) -> None:
        """Post, 303, look."""
        product = await make_product(await make_ready_vendor(slug="lux"), slug="cup")
        await browser.add("/shops/lux/cup")
        await browser.get("/shop/basket")

        more = await browser.post(f"/shop/basket/lines/{product.id}", {"quantity": 3})
        assert (more.status_code, more.location) == (303, "/shop/basket")
        assert "€149.70" in words(await browser.get("/shop/basket"))

        await browser.post(f"/shop/basket/lines/{product.id}", {"quantity": 0})
        assert "Your basket is empty" in words(await browser.get("/shop/basket"))

    async def test_htmx_gets_the_basket_and_the_number(self, browser: Browser) -> None:
        """Morphed in, so the pressed button keeps the focus."""
        product = await make_product(await make_ready_vendor(slug="lux"), slug="cup")
        await browser.add("/shops/lux/cup")
        await browser.get("/shop/basket")

        response = await browser.post(
            f"/shop/basket/lines/{product.id}", {"quantity": 2}, htmx("basket")
        )

        html = await response.get_data(as_text=True)
        assert "<html" not in html
        assert "€99.80" in html
        assert 'hx-target="#basket-link"' in html
        assert response.headers["HX-Reswap"] == "innerMorph"
        assert "HX-Request" in response.headers["Vary"]

    @pytest.mark.parametrize("quantity", ["-1", "100", "abc", "", "9" * 40])
    async def test_absurd_quantities_keep_the_basket(
        self, browser: Browser, quantity: str
    ) -> None:
        """422 on the basket's own page."""
        product = await make_product(
            await make_ready_vendor(slug="lux"), slug="cup", name="Cup"
        )
        await browser.add("/shops/lux/cup")
        await browser.get("/shop/basket")

        response = await browser.post(
            f"/shop/basket/lines/{product.id}", {"quantity": quantity}
        )

        assert response.status_code == 422
        assert "Cup" in await text_of(response)

    async def test_unknown_lines_are_404(self, browser: Browser) -> None:
        """Also beyond what an id can be."""
        await make_product(await make_ready_vendor(slug="lux"), slug="cup")
        await browser.add("/shops/lux/cup")
        await browser.get("/shop/basket")

        for line in ("999", "9" * 17, "9" * 30, "abc"):
            assert (
                await browser.post(f"/shop/basket/lines/{line}", {"quantity": 1})
            ).status_code == 404

    async def test_problems_are_sentences_and_checkout_waits(
        self, browser: Browser
    ) -> None:
        """Sold out, price changed, vendor shut: on the page, the goods still there."""
        vendor = await make_ready_vendor(slug="lux", name="Lux")
        await make_product(vendor, slug="cup", name="Cup")
        await browser.add("/shops/lux/cup")
        await Product.filter(slug="cup").update(price_amount=5500)

        page = await browser.get("/shop/basket")
        assert "The price of Cup has changed from €49.90 to €55.00." in words(page)
        assert 'href="/shop/checkout"' not in page
        assert (await browser.post("/shop/basket/prices")).status_code == 303
        assert 'href="/shop/checkout"' in await browser.get("/shop/basket")

        await Product.filter(slug="cup").update(stock=0)
        assert "Cup is sold out" in words(await browser.get("/shop/basket"))
        await Product.filter(slug="cup").update(stock=5)
        await VendorPaymentConfig.filter(vendor_id=vendor.id).update(
            accepts_payments=False
        )
        assert "Lux cannot take payments at the moment" in words(
            await browser.get("/shop/basket")
        )
