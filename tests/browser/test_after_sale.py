"""After the sale in a real browser: the pages fit, read in both themes and languages, and work
without scripts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.looking import SHIFTS, walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser
ACCOUNT = "/shop/account"


def shopper(page: Page, server: Server) -> list[str]:
    """Sign the demo's shopper in; the addresses of their orders."""
    page.goto(f"{server.url}{ACCOUNT}/login")
    page.locator("[name=email]").fill("shopper@markethall.test")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(f"{server.url}{ACCOUNT}")
    return [
        str(row.get_attribute("data-href"))
        for row in page.locator("tr[data-href]").all()
    ]


def leading(page: Page, server: Server, orders: list[str], end: str) -> str | None:
    """The address that ends so, on one of the orders' pages."""
    for order in orders:
        page.goto(f"{server.url}{order}")
        found = page.locator(f"main a[href$='{end}']")
        if found.count():
            return found.first.get_attribute("href")
    return None


def test_the_pages_about_an_order_and_an_account_fit_and_read(
    screen: BrowserContext, server: Server
) -> None:
    """As a phone and a desk see them; axe finds nothing."""
    page = screen.new_page()
    orders = shopper(page, server)
    ends = ("/cancel", "/return/withdrawal", "/return/refund", "/messages")
    found = [leading(page, server, orders, end) for end in ends]
    assert any(found)
    addresses = [
        *orders[:2],
        *filter(None, found),
        "/shop/withdraw",
        "/shop/withdraw/received",
        f"{ACCOUNT}/payment-methods",
        f"{ACCOUNT}/security",
        f"{ACCOUNT}/addresses",
        f"{ACCOUNT}/addresses/new",
        f"{ACCOUNT}/data",
    ]
    assert walk(page, server, addresses) == []


def test_on_a_phone_the_current_page_of_the_account_is_seen(
    page: Page, server: Server
) -> None:
    """The last of a row that scrolls sideways; nothing moves for it, and without scripts the row
    does not scroll.
    """
    page.set_viewport_size({"width": 390, "height": 844})
    shopper(page, server)
    page.add_init_script(SHIFTS)
    page.goto(f"{server.url}{ACCOUNT}/security")
    current = page.locator(".account-pages [aria-current]")
    box = current.bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
    assert page.evaluate("window.scrollX") == 0
    assert page.evaluate("window.__shift.by") == 0


@pytest.mark.parametrize(
    ("language", "button"),
    [("de", "Widerruf bestätigen"), ("fr", "Confirmer la rétractation")],
)
def test_a_guest_withdraws_without_scripts_in_their_language(
    browser: Browser, server: Server, language: str, button: str
) -> None:
    """From any page on: the button is named as the law names it, mistakes are said at their
    fields, and what was typed stays.
    """
    context = browser.new_context(locale=language, java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{server.url}/")
        page.locator("footer a[href='/shop/withdraw']").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.locator("[name=full_name]").fill("Ada Lovelace")
        page.get_by_role("button", name=button).click()
        expect(page.locator("[name=full_name]")).to_have_value("Ada Lovelace")
        expect(page.locator("#number-error")).to_be_visible()
        page.locator("[name=number]").fill("MH-0000-0000")
        page.locator("[name=email]").fill("ada@example.test")
        page.get_by_role("button", name=button).click()
        page.wait_for_url(f"{server.url}/shop/withdraw/received")
        expect(page.locator("main")).to_be_visible()
    finally:
        context.close()


def test_a_shopper_asks_the_shop_without_scripts(
    browser: Browser, server: Server
) -> None:
    """The message stands on the page, and with the vendor's order."""
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        orders = shopper(page, server)
        address = leading(page, server, orders, "/messages")
        assert address is not None
        page.goto(f"{server.url}{address}")
        page.locator("textarea").fill("Does it come in blue?")
        page.get_by_role("button", name="Send to the shop").click()
        expect(page.locator(".thread")).to_contain_text("Does it come in blue?")
    finally:
        context.close()
