"""Public pages and shops, as shoppers look around."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.factories import make_product, make_ready_vendor, make_vendor
from tests.support.storefront import Browser, counted, htmx, words


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
