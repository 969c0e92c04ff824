"""Delivery in Chromium: chosen with scripts and without, in each language; set by the vendor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import fill_basket, put_in, sign_in
from tests.browser.looking import SHIFTS, WAIT, look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


def _say_who(page: Page) -> None:
    page.locator("#email").fill("ada@example.test")
    page.locator("#full_name").fill("Ada Lovelace")
    page.locator("#address").fill("12 rue du Marché")


def test_without_scripts_the_choice_follows_the_country_before_payment(
    browser: Browser, server: Server
) -> None:
    """On a phone: another country shows its ways of sending first, then the payment page has the
    one that was chosen.
    """
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.goto(f"{server.url}/shops/atelier-luxe/key-fob")
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_role("link", name="Checkout").click()
    expect(page.get_by_role("radio", name="Standard parcel")).to_be_checked()
    _say_who(page)
    page.get_by_label("Country").select_option("US")
    page.locator("#postal_code").fill("95014")
    page.locator("#city").fill("Cupertino")
    page.locator("#state").fill("California")
    page.get_by_role("button", name="Continue to payment").click()

    expect(
        page.get_by_text("Choose how Atelier Luxe sends your order.")
    ).to_be_visible()
    expect(page.get_by_role("radio", name="Air parcel")).to_be_checked()
    expect(page.locator("#city")).to_have_value("Cupertino")
    page.get_by_label("State or territory").select_option("California")
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url(re.compile(r"/shop/checkout/co_"))
    summary = page.locator(".summary")
    expect(summary).to_contain_text("Air parcel, arrives in 7 to 13 days")
    expect(summary).to_contain_text("€43.50")
    context.close()


def test_with_scripts_choice_and_total_follow_at_once(
    page: Page, server: Server
) -> None:
    """The country brings its ways of sending, each its total; the page stays whole."""
    page.add_init_script(SHIFTS)
    fill_basket(page, server, product="Key fob")
    expect(page.locator("#basket")).to_contain_text("in 2 to 4 days, from €4.90.")
    page.goto(f"{server.url}/shop/checkout")
    totals = page.locator("#checkout-totals")
    expect(totals).to_contain_text("€29.40")
    page.get_by_role("radio", name="Express").check()
    expect(totals).to_contain_text("€39.40")
    page.get_by_label("Country").select_option("US")
    expect(page.get_by_role("radio", name="Air parcel")).to_be_checked()
    expect(totals).to_contain_text("€43.50")
    assert look(page, "checkout with delivery") == []


@pytest.mark.parametrize(
    ("language", "legend", "days"),
    [
        ("de", "Versandart (Luxemburg)", "Lieferung in 2 bis 4 Tagen"),
        ("fr", "Mode de livraison (Luxembourg)", "Livraison en 2 à 4 jours"),
    ],
)
def test_it_is_offered_in_the_shoppers_language(
    browser: Browser, server: Server, language: str, legend: str, days: str
) -> None:
    """Legend and promise; nothing runs over on a phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale=language
    )
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.goto(f"{server.url}/shops/atelier-luxe/key-fob")
    put_in(page, page.locator("form[action$='key-fob'] button[type=submit]"))
    page.goto(f"{server.url}/shop/basket")
    page.goto(f"{server.url}/shop/checkout")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("#delivery-choice")).to_contain_text(legend)
    expect(page.locator("#delivery-choice")).to_contain_text(days)
    assert look(page, f"checkout in {language}") == []
    context.close()


def test_a_vendor_edits_how_it_sends(page: Page, server: Server) -> None:
    """From the overview to a way of sending and back, each page whole."""
    page.add_init_script(SHIFTS)
    sign_in(page, server, "owner@atelier-luxe.test", PASSWORD)
    page.goto(f"{server.url}/vendor/admin/shipping")
    assert look(page, "delivery") == []
    page.get_by_role("link", name="Air parcel").click()
    expect(page.get_by_label("Each further kilogram")).to_have_value("6.00")
    page.get_by_role("radio", name="One price").check()
    expect(page.get_by_label("Each further kilogram")).to_be_hidden()
    expect(page.get_by_text("this is the first kilogram")).to_be_hidden()
    assert look(page, "a way of sending") == []
    page.get_by_role("radio", name="By weight").check()
    expect(page.get_by_text("this is the first kilogram")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Air parcel is saved.")).to_be_visible()
    page.get_by_role("link", name="Countries").first.click()
    expect(page.get_by_role("checkbox", name="Germany")).to_be_checked()
    assert look(page, "a zone") == []
    page.set_viewport_size({"width": 390, "height": 844})
    first, other = (
        page.get_by_role("checkbox", name=n) for n in ("Andorra", "Rest of the world")
    )
    left, right = first.bounding_box(), other.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] < right["x"], "countries stand in two columns on a phone"
    assert look(page, "a zone on a phone") == []


def test_the_bill_may_go_elsewhere(page: Page, server: Server) -> None:
    """Its fields come when they are wanted, and the purchase keeps them; the page stays whole."""
    page.add_init_script(SHIFTS)
    fill_basket(page, server, product="Key fob")
    page.goto(f"{server.url}/shop/checkout")
    _say_who(page)
    page.locator("#postal_code").fill("1728")
    page.locator("#city").fill("Luxembourg")
    page.get_by_label("The bill goes to another address").check()
    page.get_by_label("Name on the bill").fill("Charles Babbage")
    page.get_by_label("Company", exact=True).fill("Engines Ltd")
    page.get_by_label("Billing address").fill("1 Dorset Street")
    page.get_by_label("Postal code of the bill").fill("W1U 4BQ")
    page.get_by_label("City of the bill").fill("London")
    page.get_by_label("Country of the bill").select_option("GB")
    page.get_by_text("Add a note to the shop").click()
    page.get_by_label("Note").fill("At the door, please.")
    assert look(page, "checkout with a bill") == []
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url(re.compile(r"/shop/checkout/co_"))
    page.goto(page.url.replace("/shop/checkout/", "/shop/orders/"))
    expect(page.locator("main")).to_contain_text("Engines Ltd")
    expect(page.locator("main")).to_contain_text("1 Dorset Street")
