"""Both journeys as people go them, in Chromium, against the running command and the stand-in."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from shared.core.settings import SANDBOX_SECRET_KEY
from tests.browser.conftest import PASSWORD
from tests.browser.journeys import (
    card_fields,
    challenge,
    fill_basket,
    fill_card,
    give_address,
    open_bakery,
    pay,
    sign_in,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

GOOD, DECLINED, CHALLENGED = "4242424242424242", "4000000000000002", "4000002760003184"


def order_number(page: Page) -> str:
    """The readable order number on the page."""
    found = re.search(r"MH-\w{4}-\w{4}", page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()
    return found[0]


def test_a_shopper_pays_and_the_vendor_ships(
    page: Page, server: Server, browser: Browser
) -> None:
    """Shop, basket, checkout, 4242, thank you; the webhook makes it processing; the vendor sends
    it; the shopper sees so.
    """
    fill_basket(page, server)
    give_address(page)
    pay(page, GOOD)
    page.wait_for_url(re.compile("/shop/order-confirmation"))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    number = order_number(page)

    portal = browser.new_context().new_page()
    sign_in(portal, server, "owner@atelier-luxe.test", PASSWORD)
    portal.goto(f"{server.url}/vendor/admin/orders/{number}")
    portal.get_by_label("Tracking number").fill("LU123456789")
    portal.get_by_role("button", name="Mark as shipped").click()
    expect(portal.locator("main")).to_contain_text("LU123456789")
    portal.context.close()

    page.reload()
    expect(page.locator("main")).to_contain_text("LU123456789")


def test_a_declined_card_then_a_good_one_on_the_same_order(
    page: Page, server: Server
) -> None:
    """The decline is said beside the card; another card pays the same order and the same intent."""
    fill_basket(page, server)
    give_address(page)
    here = page.url
    intent = page.locator("#payment").get_attribute("data-client-secret") or ""
    pay(page, DECLINED)
    expect(page.locator("#payment-error")).to_contain_text("declined")
    assert page.url == here
    page.reload()
    assert page.locator("#payment").get_attribute("data-client-secret") == intent
    pay(page, GOOD)
    page.wait_for_url(re.compile("/shop/order-confirmation"))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_the_payment_element_is_mounted_with_the_orders_own_secret(
    page: Page, server: Server
) -> None:
    """The card fields come up in the stand-in's own frame, for the intent whose secret the server
    put into the page.
    """
    fill_basket(page, server)
    give_address(page)
    expect(card_fields(page).get_by_label("Card number")).to_be_editable()
    expect(page.locator("#pay-button")).to_be_enabled()
    assert (
        page.locator("#payment").get_attribute("data-client-secret") or ""
    ).startswith("pi_")
    frame = page.locator("#payment-element iframe").first.get_attribute("src") or ""
    assert frame.startswith(server.sandbox)


def test_a_wallet_hears_from_the_window_that_it_opens(
    page: Page, server: Server
) -> None:
    """Google Pay, Link and PayPal ask in one, out of Stripe's frame; every other page cuts whatever
    is opened off.
    """
    fill_basket(page, server)
    give_address(page)
    expect(card_fields(page).get_by_label("Card number")).to_be_editable()
    stripe = next(each for each in page.frames if each.url.startswith(server.sandbox))
    assert stripe.evaluate("window.open('about:blank')?.opener === window")
    home = page.request.get(server.url)
    assert home.headers["cross-origin-opener-policy"] == "same-origin"


def test_pressing_pay_twice_charges_once(page: Page, server: Server) -> None:
    """The button says that it is paying and cannot be pressed again; the order has one payment,
    charged once.
    """
    fill_basket(page, server)
    give_address(page)
    secret = page.locator("#payment").get_attribute("data-client-secret") or ""
    fill_card(page, GOOD)
    page.locator("#pay-button").dblclick()
    page.wait_for_url(re.compile("/shop/order-confirmation"))
    intent = secret.split("_secret_", maxsplit=1)[0]
    request = urllib.request.Request(
        f"{server.sandbox}/v1/charges?payment_intent={intent}",
        headers={"Authorization": f"Bearer {SANDBOX_SECRET_KEY}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert [charge["status"] for charge in json.load(answer)["data"]] == [
            "succeeded"
        ]


def test_paying_again_in_a_second_tab_shows_what_the_first_one_paid(
    page: Page, server: Server
) -> None:
    """Never "nothing was charged" to somebody who was charged: the return page asks the server and
    says thank you.
    """
    fill_basket(page, server)
    give_address(page)
    other = page.context.new_page()
    other.goto(page.url)
    fill_card(other, GOOD)
    pay(page, GOOD)
    page.wait_for_url(re.compile("/shop/order-confirmation"))
    other.get_by_role("button", name=re.compile(r"^Pay ")).click()
    other.wait_for_url(re.compile("/shop/order-confirmation"))
    expect(other.get_by_role("heading", name="Thank you")).to_be_visible()


def test_a_bank_challenge_that_is_passed(page: Page, server: Server) -> None:
    """3-D Secure opens in a dialog; passing it pays."""
    fill_basket(page, server)
    give_address(page)
    pay(page, CHALLENGED)
    challenge(page, "Complete authentication")
    page.wait_for_url(re.compile("/shop/order-confirmation"))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_a_bank_challenge_that_is_refused_leaves_the_order_payable(
    page: Page, server: Server
) -> None:
    """Refusing it is a sentence on the page; the same order takes another card."""
    fill_basket(page, server)
    give_address(page)
    pay(page, CHALLENGED)
    challenge(page, "Fail authentication")
    expect(page.locator("#payment-error")).to_contain_text(
        "Your bank could not confirm that it is you. Nothing was charged."
    )
    card_fields(page).get_by_label("Card number").fill("")
    pay(page, GOOD)
    page.wait_for_url(re.compile("/shop/order-confirmation"))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_a_new_vendor_connects_stripe_and_sells(
    page: Page, server: Server, browser: Browser
) -> None:
    """Sign up, connect, hosted onboarding, back: the page says that payments can be taken; a
    product sells at once.
    """
    bakery = open_bakery(page, server)

    shopper = browser.new_context().new_page()
    fill_basket(shopper, server, bakery, "Rye bread")
    give_address(shopper)
    expect(shopper.get_by_role("button", name=re.compile("^Pay"))).to_contain_text(
        "6.50"
    )
    pay(shopper, GOOD)
    shopper.wait_for_url(re.compile("/shop/order-confirmation"))
    expect(shopper.get_by_role("heading", name="Thank you")).to_be_visible()
    shopper.context.close()
