"""The public pages, shops and products as a browser without JavaScript sees them, and the fragments
htmx gets.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.trade.baskets.models import Basket
from shared.trade.catalogue.models import Product
from tests.support.factories import make_product, make_ready_vendor, make_vendor
from tests.support.storefront import Browser, counted, htmx, text_of, words


@pytest.fixture
def browser(client: Any) -> Browser:
    return Browser(client)


PUBLIC = [
    "/",
    "/vendors",
    "/pricing",
    "/sell",
    "/legal/terms",
    "/legal/privacy",
    "/shop/basket",
    "/shop/account/login",
]


class TestPublicPages:
    @pytest.mark.parametrize("path", PUBLIC)
    async def test_every_page_works_in_an_empty_marketplace(
        self, browser: Browser, path: str
    ) -> None:
        """One heading of the first rank, a title, no inline style or handler."""
        page = await browser.get(path)

        assert page.count("<h1") == 1
        assert "<title>" in page
        assert " style=" not in page
        assert " onclick=" not in page

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("en", "More from Atelier Luxe"),
            ("de", "Mehr von Atelier Luxe"),
            ("fr", "À découvrir aussi chez Atelier Luxe"),
        ],
    )
    async def test_the_shops_other_things_stand_below_a_product(
        self, browser: Browser, language: str, said: str
    ) -> None:
        """Under words that fit any name."""
        vendor = await make_ready_vendor(name="Atelier Luxe", slug="lux")
        await make_product(vendor, name="Cup", slug="cup")
        await make_product(vendor, name="Tote bag")
        await browser.post("/language", {"language": language})

        assert said in words(await browser.get("/shops/lux/cup"))

    async def test_home_shows_shops_that_can_sell_and_their_products(
        self, browser: Browser
    ) -> None:
        """What cannot be bought is not what greets people."""
        await make_product(await make_ready_vendor(name="Lux"), name="Tote bag")
        await make_product(await make_vendor(name="Not Yet"), name="Ghost cup")

        page = words(await browser.get("/"))

        assert "Lux" in page
        assert "Tote bag" in page
        assert "Not Yet" not in page
        assert "Ghost cup" not in page

    async def test_the_directory_finds_shops_and_products(
        self, browser: Browser
    ) -> None:
        """By words in any order, whatever their case; hidden things stay hidden."""
        lux = await make_ready_vendor(name="Atelier Lux", tagline="Leather, by hand")
        await make_product(lux, name="Tote bag")
        await make_product(lux, name="Tote secret", is_published=False)
        await make_product(await make_vendor(is_open=False), name="Tote closed")

        assert "Atelier Lux" in words(await browser.get("/vendors?q=HAND+leather"))
        found = words(await browser.get("/search?q=TOTE"))

        assert "Tote bag" in found
        assert "Tote secret" not in found
        assert "Tote closed" not in found
        assert "Nothing found" in words(await browser.get("/vendors?q=xyzzy"))
        assert "Nothing found" in words(await browser.get("/search?q=xyzzy"))


class TestShop:
    async def test_products_by_category_sort_and_search(self, browser: Browser) -> None:
        """Chips, sort and search narrow the same list."""
        vendor = await make_ready_vendor(slug="lux")
        for name, category, price in [
            ("Tote", "Bags", 300),
            ("Étui", "Wallets", 100),
            ("Clutch", "Bags", 200),
        ]:
            await make_product(vendor, name=name, category=category, price_amount=price)

        async def shown(query: str) -> list[str]:
            page = words(await browser.get(f"/shops/lux{query}"))
            return sorted(
                (n for n in ("Tote", "Étui", "Clutch") if f" {n} €" in page),
                key=lambda n: page.index(f" {n} €"),
            )

        assert await shown("") == ["Clutch", "Étui", "Tote"]
        assert await shown("?sort=price-up") == ["Étui", "Clutch", "Tote"]
        assert await shown("?sort=price-down") == ["Tote", "Clutch", "Étui"]
        assert await shown("?category=Bags") == ["Clutch", "Tote"]
        assert await shown("?q=TOT") == ["Tote"]
        assert await shown("?q=%C3%A9tui") == ["Étui"]
        assert await shown("?q=%25") == []
        assert await shown("?sort=%27;drop&category=Nope&page=-3") == [
            "Clutch",
            "Étui",
            "Tote",
        ]

    async def test_24_at_a_time(self, browser: Browser) -> None:
        """What was chosen stays in the link to more; a place that is none is the beginning."""
        vendor = await make_ready_vendor(slug="lux")
        for n in range(30):
            await make_product(vendor, name=f"Thing {n:02}")

        first = await browser.get("/shops/lux?sort=price-up")
        following = re.search(r'href="([^"]+)" rel="next"', first)
        assert following
        rest = await browser.get(following[1].replace("&amp;", "&"))
        nonsense = await browser.get("/shops/lux?after=0-9-9%27--&page=9999")
        gone = await browser.get("/shops/lux?after=1-0-999999999999999999")

        assert first.count('class="product-card"') == 24
        assert "sort=price-up&amp;after=" in first
        assert rest.count('class="product-card"') == 6
        assert "To the beginning of the list" in rest
        assert nonsense.count('class="product-card"') == 24
        assert gone.count('class="product-card"') == 24

    async def test_the_number_of_queries_does_not_grow_with_the_shop(
        self, browser: Browser
    ) -> None:
        """No query in a loop, also not in a template."""
        small, large = (
            await make_ready_vendor(slug="small"),
            await make_ready_vendor(slug="large"),
        )
        await make_product(small)
        for n in range(40):
            await make_product(large, category=f"C{n % 5}")
        await browser.get("/shops/small")
        browser.client.set_cookie("localhost", "markethall", "none")  # not from memory

        for path in ("/shops/{}", "/shops/{}?q=product"):
            with counted() as few:
                await browser.get(path.format("small"))
            with counted() as many:
                await browser.get(path.format("large"))
            assert len(few) == len(many) <= 6, many
        with counted() as home:
            await browser.get("/")
        assert len(home) <= 5, home

    @pytest.mark.parametrize(
        "path",
        [
            "/shops/nobody",
            "/shops/UPPER",
            "/shops/lux/nothing",
            "/shops/lux/hidden",
            "/shops/other/cup",
            "/shops/%F0%9F%91%9C",
            "/shops/lux/..%2F..%2Fetc",
            "/shops/" + "a" * 500,
        ],
    )
    async def test_what_does_not_exist_is_404(
        self, browser: Browser, path: str
    ) -> None:
        """Unknown, hidden, malformed: the same page."""
        lux = await make_ready_vendor(slug="lux")
        await make_product(lux, slug="cup")
        await make_product(lux, slug="hidden", is_published=False)
        await make_vendor(slug="other")

        assert "We could not find" in words(await browser.get(path, status=404))

    async def test_a_nul_in_the_address_is_400(self, browser: Browser) -> None:
        """PostgreSQL has no NUL in text."""
        await browser.get("/shops/l%00x", status=400)
        await browser.get("/vendors?q=%00", status=400)

    async def test_hostile_text_is_escaped(self, browser: Browser) -> None:
        """Names, descriptions, searches and colours are words, never markup."""
        evil = "<script>alert(1)</script>\"'{{7*7}}"
        vendor = await make_ready_vendor(
            slug="lux",
            name=evil,
            tagline=evil,
            description=evil,
            city=evil[:80],
            brand_color='"><x>',
        )
        await make_product(
            vendor, slug="cup", name=evil, description=evil, category=evil[:60]
        )
        await make_product(vendor, category="Other")

        for path in (
            "/",
            "/vendors?q=%3Cscript%3Ealert(1)",
            "/search?q=%3Cscript%3Ealert(1)&min=%22%3E&vendor=%3Cb%3E&category=%27",
            "/shops/lux?q=%3Cscript%3Ealert",
            "/shops/lux",
            "/shops/lux/cup",
        ):
            page = await browser.get(path)
            assert "&lt;script&gt;alert(1)" in page, path
            assert "<script>alert" not in page
            assert "/shop/brand/" not in page  # a colour that is none
            assert ">49" not in page.replace("€49.90", "")

    async def test_sorting_with_htmx_gets_only_the_products(
        self, browser: Browser
    ) -> None:
        """A fragment when htmx asks for that part, the page otherwise."""
        await make_product(await make_ready_vendor(slug="lux"), name="Tote")

        fragment = await browser.get("/shops/lux", htmx("found"))
        restored = await browser.get(
            "/shops/lux", {**htmx("found"), "HX-History-Restore-Request": "true"}
        )

        assert "Tote" in fragment
        assert "<html" not in fragment
        assert "<html" in restored


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
