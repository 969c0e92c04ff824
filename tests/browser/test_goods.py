"""A product with options and pictures: chosen with and without JavaScript, filled in by vendors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import sign_in
from tests.browser.looking import look
from tests.support.photos import photo

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

STRAP = "/shops/atelier-luxe/watch-strap"


def test_the_page_follows_what_is_chosen(
    screen: BrowserContext, server: Server
) -> None:
    """Price, stock, picture and address; the choice stays in focus, and arrows go through it."""
    page = screen.new_page()
    page.goto(server.url + STRAP)
    assert look(page, STRAP) == []
    assert page.locator("h1 ~ .price, .price").first.inner_text() == "from €69.00"
    page.get_by_role("radio", name="Black").check(force=True)
    page.get_by_role("radio", name="22 mm").check(force=True)

    expect(page).to_have_url(re.compile(r"\?variant=\d+$"))
    expect(page.locator(".product-words .price")).to_have_text("€75.00")
    expect(page.locator(".product-stock")).to_have_text("In stock")
    expect(page.get_by_role("radio", name="22 mm")).to_be_focused()
    picture = page.locator(".product .picture-large img")
    expect(picture).to_have_attribute("src", re.compile("watch-strap-black"))
    page.keyboard.press("ArrowLeft")  # a group of radios is gone through by arrows
    expect(page.locator(".product-words .price")).to_have_text("€69.00")
    assert look(page, f"{STRAP} (chosen)") == []

    page.get_by_role("radio", name="Navy").check(force=True)
    page.get_by_role("radio", name="18 mm").check(force=True)
    expect(page.locator(".product-stock")).to_have_text("Sold out")
    expect(page.get_by_role("button", name="Add to basket")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_without_javascript_a_variant_is_looked_at_and_bought(
    browser: Browser, server: Server, language: str
) -> None:
    """On a phone, in each language: one button shows its price, the other puts it into the
    basket.
    """
    with browser.new_context(
        java_script_enabled=False,
        locale=language,
        viewport={"width": 390, "height": 844},
    ) as context:
        page = context.new_page()
        page.goto(server.url + STRAP)
        for value in ("Cognac", "20 mm"):
            page.get_by_text(value, exact=True).click()
        page.locator("button[formmethod=get]").click()
        expect(page).to_have_url(re.compile(r"\?variant=\d+$"))
        assert "69" in page.locator(".product-words .price").inner_text()
        page.locator(".product-buy .button-primary").click()
        expect(page).to_have_url(re.compile("/shop/basket$"))
        expect(page.locator(".line-note")).to_contain_text("Cognac, 20 mm")


def test_a_vendor_fills_in_variants_and_brings_pictures(
    screen: BrowserContext, server: Server, tmp_path: Path
) -> None:
    """The table, the gallery, and the shop's page with it: axe finds nothing, nothing moves."""
    page = screen.new_page()
    sign_in(page, server, "owner@atelier-luxe.test", PASSWORD)
    page.goto(f"{server.url}/vendor/admin/products?q=strap")
    page.get_by_role("link", name="Watch strap").click()
    page.get_by_role("link", name="Options and variants").click()
    wrong = look(page, "variants")
    page.get_by_role("button", name="Save variants").click()
    expect(page.get_by_text("are saved")).to_be_visible()

    page.goto(f"{server.url}/vendor/admin/products?q=weekender")
    page.get_by_role("link", name="Weekender").click()
    page.get_by_role("link", name="Your own pictures").click()
    for number, size in enumerate((900, 700)):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(photo(size, size))
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_role("button", name="Upload").click()
        expect(page.get_by_text("The pictures are in your shop.")).to_be_visible()
    wrong += look(page, "pictures")
    page.get_by_role("link", name="See it in your shop").click()
    wrong += look(page, "a product with a gallery")
    page.goto(f"{server.url}/vendor/admin/shop/look")
    wrong += look(page, "the shop's look")
    page.go_back()
    shown = page.locator(".gallery-item img").first.evaluate(
        "image => image.currentSrc"
    )
    assert shown.endswith(".webp")
    assert wrong == []
