"""Discount codes in Chromium: a vendor makes one, a shopper uses it, with scripts and without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import fill_basket, sign_in
from tests.browser.looking import SHIFTS, WAIT, look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

HERE = "/vendor/admin/discounts"


def _say_who(page: Page) -> None:
    page.locator("#email").fill("ada@example.test")
    page.locator("#full_name").fill("Ada Lovelace")
    page.locator("#address").fill("12 rue du Marché")
    page.locator("#postal_code").fill("1728")
    page.locator("#city").fill("Luxembourg")


def _make(page: Page, server: Server, code: str) -> None:
    """A tenth off what Atelier Luxe sells."""
    sign_in(page, server, "owner@atelier-luxe.test", PASSWORD)
    page.goto(f"{server.url}{HERE}/new")
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_label("Percentage", exact=True).fill("10")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name=code.upper())).to_be_visible()


def test_a_vendor_makes_a_code_and_a_shopper_uses_it(
    page: Page, browser: Browser, server: Server
) -> None:
    """Each page of it is whole; Enter in the field applies it, elsewhere it goes on."""
    page.add_init_script(SHIFTS)
    _make(page, server, "tenth-one")
    assert look(page, "a vendor's discounts") == []
    page.get_by_role("link", name="TENTH-ONE").click()
    assert look(page, "a discount") == []
    page.goto(f"{server.url}{HERE}/new")
    page.get_by_label("An amount", exact=True).check()
    expect(page.get_by_label("Percentage", exact=True)).to_be_hidden()
    assert look(page, "a new discount") == []

    shopper = browser.new_page()
    shopper.add_init_script(SHIFTS)
    fill_basket(shopper, server, product="Key fob")
    shopper.goto(f"{server.url}/shop/checkout")
    field = shopper.get_by_label("Discount code")
    field.fill("nobody-has-it")
    field.press("Enter")
    expect(shopper.get_by_text("We do not know the code")).to_be_visible()
    assert look(shopper, "checkout with a code that nobody has") == []
    shopper.get_by_label("Discount code").fill("tenth-one")
    shopper.get_by_role("button", name="Apply").click()
    expect(shopper.locator("#checkout-totals")).to_contain_text("−€2.45")
    assert look(shopper, "checkout with a code") == []
    shopper.goto(f"{server.url}/shop/basket")
    expect(shopper.locator("#basket")).to_contain_text("TENTH-ONE")
    assert look(shopper, "basket with a code") == []
    shopper.goto(f"{server.url}/shop/checkout")
    _say_who(shopper)
    shopper.locator("#city").press("Enter")
    shopper.wait_for_url(re.compile(r"/shop/checkout/co_"))
    expect(shopper.locator("#summary-total")).to_contain_text("€26.95")
    shopper.close()


def test_a_code_of_everything_needs_no_card_and_the_order_is_taken_back(
    page: Page, browser: Browser, server: Server
) -> None:
    """Made by the staff for one shop, chosen by its name; typed on the basket's page on a phone;
    no step of payment, and no amount to give back.
    """
    page.add_init_script(SHIFTS)
    sign_in(page, server, "operator@markethall.test", PASSWORD)
    page.goto(f"{server.url}/operator/discounts/new")
    page.get_by_label("Code", exact=True).fill("all-of-it")
    page.get_by_label("Percentage", exact=True).fill("100")
    page.get_by_label("Find a shop by its name").fill("tilleul")
    page.get_by_label("Maison Tilleul", exact=True).check()
    page.get_by_label("Find a shop by its name").fill("nobody")
    expect(page.get_by_text("No other shop is called “nobody”.")).to_be_visible()
    expect(page.get_by_label("Maison Tilleul", exact=True)).to_be_checked()
    wrong = look(page, "a new code of the marketplace")
    page.get_by_label("Code", exact=True).press("Enter")
    page.wait_for_url(f"{server.url}/operator/discounts")
    expect(page.get_by_role("link", name="ALL-OF-IT")).to_be_visible()
    wrong += look(page, "the marketplace's discounts")

    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(WAIT)
    context.add_init_script(SHIFTS)
    shopper = context.new_page()
    fill_basket(shopper, server, "maison-tilleul", "Lime honey")
    shopper.get_by_text("Add a discount code").click()
    field = shopper.get_by_label("Discount code")
    field.fill("nobody-has-it")
    field.press("Enter")
    expect(shopper.get_by_text("We do not know the code")).to_be_visible()
    wrong += look(shopper, "basket with a code that nobody has")
    shopper.get_by_label("Discount code").fill("all-of-it")
    shopper.get_by_role("button", name="Apply").click()
    expect(shopper.locator("#basket")).to_contain_text("−€11.00")
    shopper.get_by_role("link", name="Checkout").click()
    expect(shopper.get_by_text("There is nothing to pay.")).to_be_visible()
    wrong += look(shopper, "checkout of nothing")
    _say_who(shopper)
    with shopper.expect_response("**/check/country"):
        shopper.locator("#country").select_option("FR")
    shopper.locator("#postal_code").fill("54000")
    shopper.get_by_role("button", name="Place the order").click()
    shopper.wait_for_url(re.compile("/shop/order-confirmation"))
    expect(shopper.get_by_role("heading", name="Thank you")).to_be_visible()
    wrong += look(shopper, "thanks for an order of nothing")
    number = re.findall(r"MH-\w{4}-\w{4}", shopper.locator("main").inner_text())[0]
    context.close()

    page.context.clear_cookies()
    sign_in(page, server, "owner@maison-tilleul.test", PASSWORD)
    page.goto(f"{server.url}/vendor/admin/orders/{number}")
    page.get_by_role("link", name="Take back…").click()
    expect(page.get_by_role("radio")).to_have_count(0)
    expect(page.locator("#refund-preview")).to_contain_text("nothing goes back")
    wrong += look(page, "an order of nothing to take back")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Take the order back").click()
    expect(page.locator("main")).to_contain_text("The order is taken back.")
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "fold", "apply", "unknown"),
    [
        (
            "de",
            "Rabattcode hinzufügen",
            "Einlösen",
            "Den Code „NICHTS“ kennen wir nicht.",
        ),
        (
            "fr",
            "Ajouter un code de réduction",
            "Appliquer",
            "Nous ne connaissons pas le code « NICHTS ».",
        ),
    ],
    ids=["de", "fr"],
)
def test_codes_speak_the_shoppers_language_without_scripts(
    browser: Browser,
    server: Server,
    language: str,
    fold: str,
    apply: str,
    unknown: str,
) -> None:
    """On a phone, from the basket to the checkout, with the demo's own code."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        locale=language,
        java_script_enabled=False,
    )
    context.set_default_timeout(WAIT)
    shopper = context.new_page()
    shopper.goto(f"{server.url}/shops/atelier-luxe/key-fob")
    shopper.locator("form[action$='key-fob'] button[type=submit]").click()
    shopper.get_by_text(fold).click()
    shopper.locator("#discount-code-eur").fill("NICHTS")
    shopper.get_by_role("button", name=apply).click()
    expect(shopper.locator("#discount-code-eur-error")).to_contain_text(unknown)
    shopper.locator("#discount-code-eur").fill("welcome10")
    shopper.get_by_role("button", name=apply).click()
    expect(shopper.locator("#basket")).to_contain_text("2,45")
    shopper.locator("main a[href^='/shop/checkout']").click()
    expect(shopper.locator("#checkout-totals")).to_contain_text("2,45")
    context.close()


def test_without_scripts_a_code_is_applied_and_what_was_typed_stays(
    page: Page, browser: Browser, server: Server
) -> None:
    """On a phone, where the summary is folded until there is something to say."""
    _make(page, server, "tenth-two")
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    context.set_default_timeout(WAIT)
    shopper = context.new_page()
    shopper.goto(f"{server.url}/shops/atelier-luxe/key-fob")
    shopper.get_by_role("button", name="Add to basket").click()
    shopper.get_by_role("link", name="Checkout").click()
    shopper.locator("#full_name").fill("Ada Lovelace")
    shopper.locator(".summary summary").click()
    shopper.get_by_label("Discount code").fill("tenth-two")
    shopper.get_by_role("button", name="Apply").click()
    expect(shopper.locator("#checkout-totals")).to_contain_text("−€2.45")
    expect(shopper.locator("#full_name")).to_have_value("Ada Lovelace")
    shopper.get_by_role("button", name="Remove TENTH-TWO").click()
    expect(shopper.get_by_label("Discount code")).to_be_attached()
    context.close()
