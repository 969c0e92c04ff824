"""Every page, as a phone and as a desk sees it, light and dark: fits, reads, does not jump, and axe
finds nothing (looking.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import fill_basket, give_address, sign_in
from tests.browser.looking import look, walk

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

PUBLIC = [
    "/",
    "/vendors",
    "/pricing",
    "/sell",
    "/legal/terms",
    "/legal/privacy",
    "/legal/imprint",
    "/legal/rights",
    "/legal/ranking",
    "/legal/accessibility",
    "/shops/atelier-luxe",
    "/shops/atelier-luxe/tote-bag",
    "/shop/basket",
    "/shop/account/login",
    "/shop/account/signup",
    "/vendor/login",
    "/vendor/signup",
    "/vendor/forgot",
    "/shop/account/forgot",
    "/account/reset/mhl_no-such-link",
    "/no-such-page",
    "/vendors?q=bag",
    "/search",
    "/categories",
    "/categories/leather-goods",
    "/search?q=bag&min=10&max=5",
    "/search?q=xyzzy+bag",
    "/shops/atelier-luxe?q=bag&sort=name",
    "/api/v1/docs",
]
VENDOR = [
    "/vendor/admin",
    "/vendor/admin/orders",
    "/vendor/admin/products",
    "/vendor/admin/products/new",
    "/vendor/admin/shipping",
    "/vendor/admin/shipping/zones/new",
    "/vendor/admin/vat",
    "/vendor/admin/vat/2026-Q4",
    "/vendor/admin/payments",
    "/vendor/admin/payouts",
    "/vendor/admin/transactions",
    "/vendor/admin/disputes",
    "/vendor/admin/statements",
    "/vendor/admin/developers",
    "/vendor/admin/security",
    "/vendor/factors",
    "/vendor/factors/app",
    "/vendor/admin/audit",
]
OPERATOR = [
    "/operator",
    "/operator/vendors",
    "/operator/vendors?only=held",
    "/operator/disputes",
    "/operator/fees",
    "/operator/fees?vendor=atelier-luxe&product=tote-bag&category=&price=",
    "/operator/fees/new",
    "/operator/categories",
    "/operator/categories/1",
    "/operator/settings",
    "/operator/recovery",
    "/operator/settings/name",
    "/operator/settings/legal",
    "/operator/settings/legal/terms",
    "/operator/mails",
    "/operator/vat",
    "/operator/vat/rates",
    "/operator/vendors/2/vat",
    "/operator/refunds",
    "/operator/webhooks",
    "/operator/payments",
    "/operator/ledger",
    "/operator/audit",
    "/operator/payouts",
    "/operator/receivables",
    "/operator/restored",
    "/operator/reconciliation",
    "/operator/exposure",
    "/operator/statements",
    "/operator/invoicing",
    "/operator/security",
    "/operator/owners",
    "/operator/staff",
    "/operator/customers?q=nobody",
]


def test_public_pages_and_shops(screen: BrowserContext, server: Server) -> None:
    """What anyone can see, an unknown address included."""
    assert walk(screen.new_page(), server, PUBLIC) == []


def test_the_home_page_keeps_a_place_for_pictures_that_are_still_to_come(
    page: Page, server: Server
) -> None:
    """A page may be painted when half of it has arrived: the words beside the pictures stay where
    they are.
    """
    page.goto(server.url)
    height = (
        "() => document.querySelector('.hero-tiles').getBoundingClientRect().height"
    )
    complete = page.evaluate(height)
    page.evaluate(
        "() => [...document.querySelectorAll('.hero-tiles a')].slice(1).forEach(tile => "
        "tile.remove())"
    )
    assert page.evaluate(height) == complete > 0


def test_the_way_to_the_till(screen: BrowserContext, server: Server) -> None:
    """A full basket, the contact form with and without mistakes, and the payment page with its
    element.
    """
    page = screen.new_page()
    fill_basket(page, server)
    wrong = look(page, "/shop/basket (full)")
    page.get_by_role("link", name="Checkout").click()
    wrong += look(page, "/shop/checkout")
    page.get_by_role("button", name="Continue to payment").click()
    wrong += look(page, "/shop/checkout (mistakes)")
    page.goto(f"{server.url}/shop/basket")
    give_address(page)
    card = page.frame_locator("#payment-element iframe").get_by_label("Card number")
    card.wait_for()
    fonts = (
        "() => document.fonts.ready.then(all => [...all].map(font => `${font.family} "
        "${font.status}`))"
    )
    assert "Inter loaded" in card.evaluate(fonts), "the card is set in our font"
    wrong += look(page, "/shop/checkout/<token>")
    page.emulate_media(color_scheme="dark")
    page.reload()  # the element takes its colours from the page as it loads
    card.wait_for()
    wrong += look(page, "/shop/checkout/<token>, loaded at night")
    assert wrong == []


def test_portal_pages(screen: BrowserContext, server: Server) -> None:
    """What a vendor sees, an order's page included."""
    page = screen.new_page()
    sign_in(page, server, "owner@atelier-luxe.test", PASSWORD)
    wrong = walk(page, server, VENDOR)
    page.goto(f"{server.url}/vendor/admin/orders")
    order = page.locator("a[href*='/vendor/admin/orders/MH-']").first.get_attribute(
        "href"
    )
    assert order, "the demo has orders"
    # The last is the staff's: a page that says that one may not.
    wrong += walk(page, server, [order, "/operator"])
    assert wrong == []


def test_stripes_figures_are_asked_for_after_the_page_stands(
    page: Page, server: Server
) -> None:
    """What Stripe said last stands at once, with its moment; what it says now takes its place."""
    sign_in(page, server, "owner@atelier-luxe.test", PASSWORD)
    address = f"{server.url}/vendor/admin/payouts"
    page.goto(address)
    with page.expect_response("**/payouts?*anew=1*"):
        answer = page.goto(address)
    assert answer is not None
    assert "Stripe’s figure is of" in answer.text()
    expect(page.locator("[hx-trigger=load]")).to_have_count(0)
    balance = page.get_by_role("region", name="Balance in EUR")
    expect(balance).to_contain_text("by our books and by Stripe.")


def test_the_portal_of_a_vendor_who_has_not_connected(
    screen: BrowserContext, server: Server
) -> None:
    """The state of a beginning: checklist, connect form, empty lists."""
    page = screen.new_page()
    sign_in(page, server, "owner@new-vendor.test", PASSWORD)
    assert (
        walk(
            page,
            server,
            ["/vendor/admin", "/vendor/admin/payments", "/vendor/admin/orders"],
        )
        == []
    )


def test_operator_pages(screen: BrowserContext, server: Server) -> None:
    """What the marketplace's own staff see."""
    page = screen.new_page()
    sign_in(page, server, "operator@markethall.test", PASSWORD)
    wrong = walk(page, server, OPERATOR)
    page.goto(f"{server.url}/operator/webhooks")
    event = page.locator("a[href*='/operator/webhooks/evt_']").first.get_attribute(
        "href"
    )
    timeline = page.locator("a[href*='/operator/orders/']").first.get_attribute("href")
    assert event, "the demo has events"
    assert timeline, "they know their orders"
    wrong += walk(
        page,
        server,
        [event, f"{event}?preview=1", timeline, "/operator/webhooks?q=nothing"],
    )
    assert wrong == []


def test_a_list_of_people_on_a_phone_says_who_before_since_when(
    page: Page, server: Server
) -> None:
    """The second line begins with words, and the day stands behind them."""
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, server, "operator@markethall.test", PASSWORD)
    for who, before in {
        "customers": "Email",
        "staff": "Email",
        "owners": "Shop",
    }.items():
        page.goto(f"{server.url}/operator/{who}")
        row = page.locator("tbody tr").first
        words = row.locator(f"td[data-label='{before}']").bounding_box()
        since = row.locator("td[data-label='Joined']").bounding_box()
        assert words is not None
        assert since is not None
        assert words["width"] > 0
        assert (words["y"], words["x"] < since["x"]) == (since["y"], True), who
