"""Categories: their pages for shoppers, and the operator's for keeping them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.trade.catalogue.categories import CategoryValues, add_category
from shared.trade.catalogue.models import Category
from shared.trade.discounts.models import DiscountCode
from tests.support.discounts import make_discount
from tests.support.factories import make_product, make_ready_vendor
from tests.support.portal import operator_in
from tests.support.storefront import Browser, htmx, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.both_engines


async def a_tree() -> None:
    """Home with cups below it, each with a product."""
    home = await add_category(
        CategoryValues(name="Home", name_de="Wohnen", name_fr="Maison"), actor="test"
    )
    await add_category(CategoryValues(name="Cups", parent_id=home), actor="test")
    vendor = await make_ready_vendor(name="Lux")
    await make_product(vendor, name="Red cup", category="Cups", price_amount=900)
    await make_product(vendor, name="A carpet", category="Home", price_amount=9000)
    await make_product(vendor, name="A bag", category="Bags")


async def test_a_category_shows_what_is_in_it_and_below_it(
    client: TestClientProtocol,
) -> None:
    """With breadcrumbs, filters and order, in the visitor's language, at its own address."""
    await a_tree()
    browser = Browser(client)
    home = words(await browser.get("/categories/home"))
    assert "Red cup" in home
    assert "A carpet" in home
    assert "A bag" not in home
    html = await browser.get("/categories/cups")
    assert 'href="/categories/home"' in html
    assert "A carpet" not in words(html)
    assert 'rel="canonical" href="http://localhost/categories/cups"' in html
    cheap = words(await browser.get("/categories/home?max=10&sort=name"))
    assert "Red cup" in cheap
    assert "A carpet" not in cheap
    german = words(await browser.get("/categories", {"Accept-Language": "de"}))
    assert "Wohnen" in german
    await browser.get("/categories/nothing", status=404)


async def test_the_home_page_leads_into_categories_that_have_something(
    client: TestClientProtocol,
) -> None:
    """And to all of them; without any it says nothing of categories."""
    browser = Browser(client)
    assert "All categories" not in words(await browser.get("/"))
    await a_tree()
    await add_category(CategoryValues(name="Nothing here"), actor="test")
    html = await browser.get("/")
    assert 'href="/categories/home"' in html
    assert 'href="/categories/cups"' in html
    assert "Nothing here" not in words(html)
    assert "Nothing here" in words(await browser.get("/categories"))


async def test_a_search_is_narrowed_by_a_category_and_all_below(
    client: TestClientProtocol,
) -> None:
    """Chosen by its address part; one that is none narrows nothing."""
    await a_tree()
    browser = Browser(client)
    found = words(await browser.get("/search?category=home"))
    assert "Red cup" in found
    assert "A bag" not in found
    assert "A bag" in words(await browser.get("/search?category=nonsense"))


async def test_a_category_is_found_by_its_name_in_any_language(
    client: TestClientProtocol,
) -> None:
    """Among results, while one types, and in the sitemap."""
    await a_tree()
    browser = Browser(client)
    for typed in ("wohn", "MAISON", "home"):
        assert 'href="/categories/home"' in await browser.get(f"/search?q={typed}")
        found = await browser.get(f"/search/suggestions?q={typed}", htmx("suggestions"))
        assert 'href="/categories/home"' in found
    assert "/categories/cups" in await browser.get("/sitemap/pages-0.xml")


async def test_the_operator_keeps_the_tree(client: TestClientProtocol) -> None:
    """Adds, translates, moves; what is wrong is said at its field and nothing typed is lost."""
    operator = await operator_in(client)
    page = "/operator/categories/new"
    await operator.get(page)
    made = await operator.post(
        page, {"name": "Home", "name_de": "Wohnen", "position": "1"}
    )
    assert made.status_code == 303
    home = await Category.get(name="Home")
    again = await operator.post(
        page, {"name": "home", "name_fr": "Maison", "position": "1"}
    )
    text = await again.get_data(as_text=True)
    assert again.status_code == 409
    assert "There is a category of this name already." in text
    assert 'value="Maison"' in text
    empty = await operator.post(page, {"name": " ", "position": "x"})
    assert empty.status_code == 422
    edit = f"/operator/categories/{home.id}"
    shown = await operator.get(edit)
    assert 'value="Wohnen"' in shown
    below = await operator.post(
        edit, {"name": "Home", "parent": str(home.id), "position": "1"}
    )
    assert "cannot stand below itself" in await below.get_data(as_text=True)
    listed = await operator.get("/operator/categories")
    assert "Wohnen" in listed
    assert 'href="/categories/home"' in listed


async def test_a_category_is_not_offered_as_its_own_place(
    client: TestClientProtocol,
) -> None:
    """Nor what stands below it; who sends it all the same reads why not."""
    await a_tree()
    cups = await Category.get(name="Cups")
    operator = await operator_in(client)
    edit = f"/operator/categories/{cups.parent_id}"
    await add_category(CategoryValues(name="Garden"), actor="test")
    page = await operator.get(edit)
    assert ">Garden</option>" in page
    assert ">Home</option>" not in page
    assert "Cups</option>" not in page
    answer = await operator.post(
        edit, {"name": "Home", "parent": str(cups.id), "position": "0"}
    )
    assert answer.status_code == 422
    page = await answer.get_data(as_text=True)
    assert "cannot stand below itself" in page
    assert "Cups</option>" not in page
    assert "Home</option>" in await operator.get(f"/operator/categories/{cups.id}")


async def test_a_category_is_renamed_and_removed(client: TestClientProtocol) -> None:
    """What is in it is said before; a reason not to is said on the page, and links lead on."""
    await a_tree()
    await make_discount(code="CUPS", categories=["Cups"])
    operator = await operator_in(client)
    cups = await Category.get(name="Cups")
    edit = f"/operator/categories/{cups.id}"
    assert 'value="Cups"' in await operator.get(edit)
    taken = await operator.post(edit, {"name": "home", "position": "0"})
    assert taken.status_code == 409
    assert 'value="home"' in await taken.get_data(as_text=True)
    said = {"name": "Mugs", "position": "0", "parent": str(cups.parent_id)}
    assert (await operator.post(edit, said)).status_code == 303
    moved = await client.get("/categories/cups")
    assert moved.headers["Location"] == "/categories/mugs"
    asked = words(await operator.get(f"{edit}/remove"))
    assert "1 product is in it." in asked
    refused = await operator.post(f"{edit}/remove", {"into": ""})
    assert refused.status_code == 409
    assert "The code CUPS is for Mugs." in words(await refused.get_data(as_text=True))
    await DiscountCode.all().update(is_active=False)
    gone = await operator.post(f"{edit}/remove", {"into": str(cups.parent_id)})
    assert gone.status_code == 303
    moved = await client.get("/categories/cups")
    assert moved.headers["Location"] == "/categories/home"
    assert (await operator.post(f"{edit}/remove", {"into": ""})).status_code == 404
