"""Finding: while one types, with filters that the list follows, page after page; and without
JavaScript by plain forms and links.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.looking import look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


def test_what_is_found_shows_below_the_field_as_one_types(
    screen: BrowserContext, server: Server
) -> None:
    """The first things and shops as links that the keyboard reaches; Escape takes them away."""
    page = screen.new_page()
    page.goto(server.url)
    field = page.get_by_role("searchbox")
    field.press_sequentially("leath", delay=20)
    found = page.get_by_role("list", name="Suggestions")
    expect(found.get_by_role("link", name="Leather care kit")).to_be_visible()
    assert look(page, "/ (suggestions)") == []
    field.press("Tab")
    page.keyboard.press("Escape")
    expect(found).to_have_count(0)
    field.fill("leather")
    found.get_by_role("link", name="Leather care kit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Leather care kit")


def test_suggestions_in_a_shop_are_the_shops(page: Page, server: Server) -> None:
    """What others sell is not among them, and the rest is found in the shop."""
    page.goto(f"{server.url}/shops/atelier-luxe")
    page.get_by_role("searchbox").press_sequentially("be", delay=20)
    found = page.get_by_role("list", name="Suggestions")
    expect(found.get_by_role("link", name="Bridle belt")).to_be_visible()
    expect(found.get_by_role("link", name="bell")).to_have_count(0)
    page.get_by_role("link", name="All results for").click()
    expect(page).to_have_url(re.compile(r"/shops/atelier-luxe\?q=be$"))


def test_the_list_follows_the_filters_and_so_does_the_address(
    screen: BrowserContext, server: Server
) -> None:
    """Price, shop, what is there, order; a reload shows the same."""
    page = screen.new_page()
    page.goto(f"{server.url}/search")
    page.get_by_text("Filter", exact=True).click()
    cards = page.locator(".product-card")
    number = cards.count()
    page.get_by_label("To", exact=True).fill("50")
    expect(page).to_have_url(re.compile("max=50"))
    expect(cards).not_to_have_count(number)
    cheap = cards.count()
    page.get_by_label("Sort by").select_option("Price, high to low")
    expect(page).to_have_url(re.compile("sort=price-down"))
    page.get_by_label("Shop", exact=True).select_option("Atelier Luxe")
    expect(page).to_have_url(re.compile("vendor=atelier-luxe"))
    expect(page.locator(".product-card-by").first).to_have_text("Atelier Luxe")
    assert look(page, "/search (filtered)") == []
    few = cards.count()
    assert 0 < few < cheap
    page.reload()
    expect(cards).to_have_count(few)
    expect(page.get_by_label("To", exact=True)).to_have_value("50")
    page.get_by_label("From", exact=True).fill("60")
    expect(page.get_by_text("The highest price is below the lowest.")).to_be_visible()
    page.get_by_label("From", exact=True).fill("1")
    page.get_by_label("To", exact=True).fill("1")
    expect(page.get_by_text("Nothing fits all of these filters.")).to_be_visible()
    page.get_by_role("link", name="Remove all filters").click()
    expect(cards).to_have_count(number)


@pytest.mark.parametrize("language", ["en-GB", "de-DE", "fr-FR"])
def test_without_javascript_forms_and_links_do_the_same(
    browser: Browser, server: Server, language: str
) -> None:
    """In each language: search, filter, sort, nothing found."""
    with browser.new_context(java_script_enabled=False, locale=language) as context:
        page = context.new_page()
        page.goto(server.url)
        field = page.get_by_role("searchbox")
        field.fill("bag")
        field.press("Enter")
        expect(page).to_have_url(re.compile(r"/search\?q=bag$"))
        expect(page.locator(".product-card").first).to_be_visible()
        page.locator("summary").first.click()
        page.locator("[name=max]").fill("300")
        page.locator("[name=stock]").check()
        page.locator(".filters-body button").click()
        expect(page).to_have_url(re.compile("max=300.*stock=1"))
        expect(page.locator("[name=stock]")).to_be_checked()
        page.locator("[name=min]").fill("400")
        page.locator(".filters-body button").click()
        expect(page.locator("#by-max-error")).to_be_visible()
        page.goto(f"{server.url}/search?q=xyzzy+bag")
        page.locator(".chip", has_text="bag").click()
        expect(page.locator(".product-card").first).to_be_visible()


def test_data_for_machines_is_no_script_to_the_browser(
    page: Page, server: Server
) -> None:
    """The policy reports nothing, and what is sent piece by piece arrives whole."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{server.url}/shops/atelier-luxe/tote-bag")
    assert page.locator('script[type="application/ld+json"]').count() == 2
    assert said == []
    for path, end in (
        ("/sitemap.xml", "</sitemapindex>\n"),
        ("/sitemap/products-0.xml", "</urlset>\n"),
        ("/feed/products.xml", "</rss>\n"),
    ):
        answer = page.request.get(f"{server.url}{path}")
        assert answer.status == 200
        assert answer.text().endswith(end)
        assert "/atelier-luxe/" in answer.text() or path == "/sitemap.xml"
