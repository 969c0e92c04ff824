"""Options and variants on pages: chosen without JavaScript, said as they are, filled in by their
vendor.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from shared.trade.baskets.models import BasketLine
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.options import set_options
from shared.trade.catalogue.rules import Option
from shared.trade.catalogue.variants import (
    variants_of,
)
from tests.support.factories import make_product, make_ready_vendor, make_variants
from tests.support.filled import filled
from tests.support.portal import signed_in
from tests.support.storefront import Browser, htmx, words

pytestmark = pytest.mark.usefixtures("database")
PAGE = "/shops/lux/shirt"
HERE = {"Sec-Fetch-Site": "same-origin"}
SIZE, COLOUR = Option("Size", ("S", "M")), Option("Colour", ("Blue", "Red"))


@pytest.fixture
def browser(client: Any) -> Browser:
    return Browser(client)


async def shirt(*, stock: int = 10) -> tuple[Product, dict[str, int]]:
    """A shirt in two sizes and colours at /shops/lux/shirt, and its variants' ids by choice."""
    vendor = await make_ready_vendor(slug="lux", name="Lux")
    product, variants = await make_variants(
        vendor, SIZE, COLOUR, slug="shirt", name="Shirt", stock=stock
    )
    return product, {one.choice: one.id for one in variants}


def chosen(page: str) -> list[str]:
    """The answers that are picked on a product's page."""
    return re.findall(r'value="([^"]+)"\s+required checked', page)


class TestAProductsPage:
    async def test_asks_what_to_choose_and_says_nothing_about_stock_before(
        self, browser: Browser
    ) -> None:
        """A price from, where they differ; each question is a group of its own."""
        _, ids = await shirt()
        await Product.filter(id=ids["M, Red"]).update(price_amount=6000)
        await Product.filter(slug="shirt").update(top_price_amount=6000)
        page = await browser.get(PAGE)

        assert "from €49.90" in words(page)
        assert "In stock" not in words(page)
        assert re.findall(r"<legend>(\w+)</legend>", page) == ["Size", "Colour"]
        assert chosen(page) == []

    async def test_a_variant_has_an_address_price_and_stock_of_its_own(
        self, browser: Browser
    ) -> None:
        """Which is kept as any page that is the same for all."""
        _, ids = await shirt()
        await Product.filter(id=ids["M, Red"]).update(
            price_amount=6000, stock=3, picture="img/products/vase.svg"
        )
        page = await browser.get(f"{PAGE}?variant={ids['M, Red']}")

        assert "€60.00" in words(page)
        assert "Only 3 left" in words(page)
        assert "img/products/vase.svg" in page
        assert chosen(page) == ["M", "Red"]

    async def test_without_javascript_the_choice_leads_to_that_address(
        self, browser: Browser
    ) -> None:
        """A half choice stays on the page with what was picked."""
        _, ids = await shirt()
        answer = await browser.client.get(f"{PAGE}?option-1=S&option-2=Red&quantity=1")
        assert (answer.status_code, answer.location) == (
            303,
            f"{PAGE}?variant={ids['S, Red']}",
        )
        assert chosen(await browser.get(f"{PAGE}?option-1=S&option-2=Green")) == ["S"]

    async def test_htmx_gets_the_part_and_the_address(self, browser: Browser) -> None:
        """The answer to one question marks what is gone of the others."""
        _, ids = await shirt()
        await Product.filter(id=ids["S, Red"]).update(stock=0)
        answer = await browser.client.get(
            f"{PAGE}?option-1=S&option-2=Blue", headers=htmx("product")
        )
        text = str(await answer.get_data(as_text=True))
        assert answer.headers["HX-Replace-Url"] == f"{PAGE}?variant={ids['S, Blue']}"
        assert "<html" not in text
        assert re.findall(
            r"<span>(\w+)</span><span class=\"sr-only\"> \(sold out\)", text
        ) == ["Red"]

    async def test_sold_out_is_said_of_the_variant(self, browser: Browser) -> None:
        """It can be looked at, and not be bought."""
        _, ids = await shirt()
        await Product.filter(id=ids["S, Red"]).update(stock=0)
        page = await browser.get(f"{PAGE}?variant={ids['S, Red']}")
        assert "Sold out" in words(page)
        assert "Add to basket" not in words(page)

    async def test_a_variant_that_is_sold_no_more_is_said(
        self, browser: Browser
    ) -> None:
        """An old link still shows the product; a variant's row is no page."""
        product, ids = await shirt()
        await set_options(
            vendor_id=product.vendor_id,
            product_id=product.id,
            options=[SIZE],
            actor="test",
        )
        page = await browser.get(f"{PAGE}?variant={ids['S, Red']}")
        assert "is not sold any more" in words(page)
        row = await Product.get(id=ids["S, Red"])
        await browser.get(f"/shops/lux/{row.slug}", status=404)

    async def test_what_a_product_is_has_headings_lists_and_strong_words(
        self, browser: Browser
    ) -> None:
        """In the small markup of `core/markup.py`; html in it stays words."""
        product, _ = await shirt()
        product.description = "Made of **linen**.\n\n## Care\n- wash <b>cold</b>"
        await product.save()
        page = await browser.get(PAGE)
        assert "<p>Made of <strong>linen</strong>.</p>" in page
        assert "<h2>Care</h2>" in page
        assert "<ul><li>wash &lt;b&gt;cold&lt;/b&gt;</li></ul>" in page
        assert 'content="Made of linen. Care wash &lt;b&gt;cold&lt;/b&gt;"' in page

    @pytest.mark.parametrize("variant", ["", "0", "x", "9" * 30, "-1", "1; DROP"])
    async def test_nonsense_in_the_address_is_no_choice(
        self, browser: Browser, variant: str
    ) -> None:
        """And no error."""
        await shirt()
        assert chosen(await browser.get(f"{PAGE}?variant={variant}&option-9=S")) == []


class TestIntoTheBasket:
    async def test_the_choice_goes_with_the_form(self, browser: Browser) -> None:
        """The basket names it, and links to its own address."""
        _, ids = await shirt()
        form = {"quantity": 2, "option-1": "M", "option-2": "Blue"}
        answer = await browser.post(PAGE, form, HERE)
        assert (answer.status_code, answer.location) == (303, "/shop/basket")

        line = await BasketLine.get()
        assert (line.product_id, line.quantity) == (ids["M, Blue"], 2)
        basket = await browser.get("/shop/basket")
        assert "M, Blue · €49.90 each" in words(basket)
        assert f'href="{PAGE}?variant={ids["M, Blue"]}"' in basket

    @pytest.mark.parametrize(
        ("form", "status", "said"),
        [
            ({}, 422, "Please choose: Size and Colour."),
            ({"option-1": "S"}, 422, "Please choose: Colour."),
            ({"option-1": "S", "option-2": "Green"}, 422, "Please choose: Colour."),
            ({"option-1": "S", "option-2": "Red"}, 409, "not offered"),
            ({"option-1": "M", "option-2": "Red"}, 409, "Shirt (M, Red) is sold out."),
        ],
    )
    async def test_what_is_missing_is_said_and_what_was_picked_is_kept(
        self, browser: Browser, form: dict[str, str], status: int, said: str
    ) -> None:
        """Nothing goes into the basket."""
        _, ids = await shirt()
        await Product.filter(id=ids["S, Red"]).update(
            is_offered=False, is_published=False
        )
        await Product.filter(id=ids["M, Red"]).update(stock=0)
        answer = await browser.post(PAGE, {"quantity": 1, **form}, HERE)
        page = str(await answer.get_data(as_text=True))
        assert answer.status_code == status
        assert said in words(page)
        assert set(chosen(page)) == set(form.values()) - {"Green"}
        assert await BasketLine.all().count() == 0


class TestThePortal:
    async def test_a_vendor_gives_a_product_sizes_and_fills_the_table(
        self, client: Any
    ) -> None:
        """From a product with stock to two variants of their own price."""
        portal = await signed_in(client)
        product = await make_product(await portal.vendor(), name="Shirt", stock=14)
        at = f"/vendor/admin/products/{product.id}"
        assert "Add options" in words(await portal.get(at))

        page = await portal.get(f"{at}/variants")
        typed = {
            **filled(page, f"{at}/options"),
            "name_1": "Size",
            "values_1": "S\r\n M \r\n\r\n",
        }
        answer = await portal.post(f"{at}/options", typed)
        assert answer.status_code == 303
        page = await portal.get(f"{at}/variants")
        assert "You had 14 in stock" in words(page)

        small, medium = await variants_of(product.id)
        typed = filled(page, f"{at}/variants") | {
            f"price_{small.id}": "30",
            f"stock_{small.id}": "4",
            f"sku_{small.id}": "S-1",
            f"picture_{small.id}": "img/products/vase.svg",
        }
        assert (await portal.post(f"{at}/variants", typed)).status_code == 303
        small, medium = await variants_of(product.id)
        assert (small.price.amount, small.stock, small.sku, small.picture) == (
            3000,
            4,
            "S-1",
            "img/products/vase.svg",
        )
        assert (medium.price.amount, medium.stock, medium.is_offered) == (4990, 0, True)
        assert "from €30.00" in words(await portal.get("/vendor/admin/products"))
        assert "4 in stock" in words(await portal.get(at))

    async def test_the_product_form_leaves_price_and_stock_to_the_variants(
        self, client: Any
    ) -> None:
        """It has no such fields, and saves the rest."""
        portal = await signed_in(client)
        product, _ = await make_variants(await portal.vendor(), name="Shirt")
        at = f"/vendor/admin/products/{product.id}"
        form = filled(await portal.get(at), at)
        assert not {"price", "stock"} & set(form)
        assert (await portal.post(at, form | {"name": "Tee"})).status_code == 303
        assert [one.full_name for one in await variants_of(product.id)] == [
            "Tee (S)",
            "Tee (M)",
        ]

    @pytest.mark.parametrize(
        ("field", "typed", "said"),
        [
            ("price", "", "Enter a price such as 49.90."),
            ("price", "0", "Enter a price above zero."),
            ("stock", "many", "Enter a whole number"),
            ("stock", "1", "2 are held by open orders"),
            ("sku", "x" * 61, "Field cannot be longer than 60"),
            ("picture", "/etc/passwd", "Not a valid choice"),
        ],
    )
    async def test_what_cannot_be_is_said_in_its_row_and_kept(
        self, client: Any, field: str, typed: str, said: str
    ) -> None:
        """And nothing of the table is saved."""
        portal = await signed_in(client)
        product, (small, medium) = await make_variants(await portal.vendor())
        await Product.filter(id=small.id).update(reserved=2)
        at = f"/vendor/admin/products/{product.id}/variants"
        form = filled(await portal.get(at), at)
        form |= {f"{field}_{small.id}": typed, f"price_{medium.id}": "9.99"}
        answer = await portal.post(at, form)
        page = str(await answer.get_data(as_text=True))
        assert answer.status_code in (409, 422)
        assert said in words(page)
        assert filled(page, at)[f"price_{medium.id}"] == "9.99"
        assert (await Product.get(id=medium.id)).price_amount == 4990

    async def test_another_vendors_product_has_no_variants_for_me(
        self, client: Any
    ) -> None:
        """404, for looking and for writing; so has a variant."""
        portal = await signed_in(client)
        theirs, (small, _) = await make_variants(await make_ready_vendor())
        for product_id in (theirs.id, small.id):
            at = f"/vendor/admin/products/{product_id}"
            assert (await client.get(f"{at}/variants")).status_code == 404
            for part in ("options", "variants"):
                answer = await portal.post(f"{at}/{part}", {"name_1": "A"})
                assert answer.status_code == 404
