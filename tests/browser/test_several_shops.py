"""One basket of three shops' things in Chromium: what is in one currency is paid at once, the rest
after it; each page on the way is looked at as a phone and as a desk.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.journeys import fill_basket, give_address, open_bakery, pay
from tests.browser.looking import WAIT, look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser
GOOD, DECLINED = "4242424242424242", "4000000000000002"


@cache
def _bakery(browser: Browser, server: Server) -> str:
    """A third shop that sells in EUR, opened once."""
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(WAIT)
    bakery = open_bakery(context.new_page(), server)
    context.close()
    return bakery


def _fill_form(page: Page) -> None:
    page.get_by_label("Email").fill("ada@example.test")
    page.get_by_label("Full name").fill("Ada Lovelace")
    page.get_by_label("Address", exact=True).fill("12 rue du Marché")
    page.get_by_label("City").fill("Luxembourg")
    page.get_by_label("Postal code").fill("1728")


def test_three_shops_two_currencies_from_the_product_to_the_paid_page(
    screen: BrowserContext, browser: Browser, server: Server
) -> None:
    """A declined card leaves the other purchase as it is; a note and a way of sending go to their
    shop; what is paid is gone from the basket, the rest is not.
    """
    page = screen.new_page()
    bakery = _bakery(browser, server)
    fill_basket(page, server)
    fill_basket(page, server, bakery, "Rye bread")
    fill_basket(page, server, "velo-nord", "Brass bell")
    expect(page.get_by_text("You pay twice: once in EUR, once in DKK.")).to_be_visible()
    wrong = look(page, "basket of three shops")

    page.get_by_role("link", name="Checkout in EUR").click()
    expect(page.locator(".shop-part")).to_have_count(2)
    _fill_form(page)
    page.get_by_role("radio", name="Express").check()
    expect(page.locator("#checkout-totals")).to_contain_text("€71.30")
    page.get_by_text("Add a note to Atelier Luxe").click()
    page.get_by_label("Note").first.fill("Ring twice.")
    page.get_by_label("Country").select_option("FR")
    expect(page.get_by_label("Note").first).to_have_value("Ring twice.")
    page.get_by_label("Country").select_option("LU")
    page.get_by_role("radio", name="Express").check()
    expect(page.locator("#checkout-totals")).to_contain_text("€71.30")
    wrong += look(page, "form of two shops")
    page.get_by_label("Email").press("Enter")
    page.wait_for_url(re.compile(r"/shop/checkout/co_"))
    expect(page.get_by_role("button", name="Pay €71.30")).to_be_enabled()
    wrong += look(page, "payment at two shops")

    pay(page, DECLINED)
    expect(page.locator("#payment-error")).to_contain_text("declined")
    page.goto(f"{server.url}/shop/basket")
    page.get_by_role("link", name="Checkout in DKK").click()
    expect(page.locator(".shop-part")).to_have_count(0)
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url(re.compile(r"/shop/checkout/co_"))
    pay(page, GOOD)
    page.wait_for_url(re.compile("/shop/order-confirmation"))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(page.get_by_text("2 things still wait in your basket")).to_be_visible()
    wrong += look(page, "thanks, with things left in the basket")

    page.get_by_role("link", name="Go to basket").click()
    expect(page.get_by_text("Brass bell")).to_have_count(0)
    expect(page.get_by_text("You pay twice")).to_have_count(0)
    page.get_by_role("link", name="Checkout").click()
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url(re.compile(r"/shop/checkout/co_"))
    pay(page, GOOD)
    page.wait_for_url(re.compile("/shop/order-confirmation"))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.go_back()
    page.wait_for_url(re.compile("/shop/order-confirmation"))
    page.goto(f"{server.url}/shop/basket")
    expect(page.get_by_text("Your basket is empty")).to_be_visible()
    assert wrong == []


def test_without_scripts_two_shops_come_as_far_as_the_card(
    browser: Browser, server: Server
) -> None:
    """On a phone, with plain forms alone."""
    bakery = _bakery(browser, server)
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    context.set_default_timeout(WAIT)
    page = context.new_page()
    for path in ("atelier-luxe/key-fob", f"{bakery}/rye-bread"):
        page.goto(f"{server.url}/shops/{path}")
        page.get_by_role("button", name="Add to basket").click()
    expect(page.locator(".basket-shop")).to_have_count(2)
    give_address(page)
    summary = page.locator(".summary")
    expect(summary).to_contain_text("Atelier Luxe")
    expect(summary).to_contain_text("€35.90")
    context.close()
