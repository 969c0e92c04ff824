"""Every page, as a phone and as a desk sees it, light and dark: fits, reads, does not jump, and axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import fill_basket, give_address, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PUBLIC = [
    "/",
    "/vendors",
    "/pricing",
    "/sell",
    "/legal/terms",
    "/legal/privacy",
    "/shops/atelier-luxe",
    "/shops/atelier-luxe/tote-bag",
    "/shop/basket",
    "/shop/account/login",
    "/shop/account/signup",
    "/vendor/login",
    "/vendor/signup",
    "/no-such-page",
]
VENDOR = [
    "/vendor/admin",
    "/vendor/admin/orders",
    "/vendor/admin/products",
    "/vendor/admin/products/new",
    "/vendor/admin/payments",
    "/vendor/admin/payouts",
    "/vendor/admin/transactions",
    "/vendor/admin/disputes",
    "/vendor/admin/statements",
    "/vendor/admin/developers",
]
OPERATOR = [
    "/operator",
    "/operator/vendors",
    "/operator/vendors?only=held",
    "/operator/disputes",
    "/operator/fees",
    "/operator/fees?vendor=atelier-luxe&product=tote-bag&category=&price=",
    "/operator/fees/new",
    "/operator/refunds",
    "/operator/webhooks",
    "/operator/payments",
    "/operator/ledger",
    "/operator/payouts",
    "/operator/receivables",
    "/operator/reconciliation",
    "/operator/exposure",
    "/operator/statements",
    "/operator/invoicing",
]

# Sums up layout shifts that no input caused (web.dev/cls).
SHIFTS = """
window.__shift = {by: 0, moved: []};
const place = box => `${Math.round(box.x)},${Math.round(box.y)} ${Math.round(box.width)}x${Math.round(box.height)}`;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) {
    window.__shift.by += entry.value;
    for (const {node, previousRect, currentRect} of entry.sources)
      window.__shift.moved.push(`${node?.nodeName}#${node?.id ?? ''}.${node?.className ?? ''} ${place(previousRect)} -> ${place(currentRect)}`);
  }
}).observe({type: 'layout-shift', buffered: true});
"""


def look(page: Page, address: str) -> list[str]:
    """What is wrong with the page that is open, in words."""
    page.wait_for_load_state("networkidle")
    wrong = []
    width: dict[str, int] = page.evaluate("({has: document.scrollingElement.scrollWidth, may: window.innerWidth})")
    if width["has"] > width["may"]:
        wrong.append(f"{address} is {width['has']} px wide on a screen of {width['may']}")
    shift: dict[str, Any] = page.evaluate("window.__shift")
    if shift["by"] > 0.02:
        wrong.append(f"{address} jumps by {shift['by']:.3f}: {'; '.join(shift['moved'])}")
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})"
    )
    for violation in found["violations"]:
        nodes = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:4])
        wrong.append(f"{address}: {violation['id']} ({violation['help']}) at {nodes}")
    return wrong


@pytest.fixture(params=[(390, "light"), (1280, "light"), (390, "dark"), (1280, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def screen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """A phone or a desk, in daylight or at night."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, locale="en-GB")
    # axe is injected by the test itself, which the pages' CSP rightly forbids to anyone else
    context.add_init_script(SHIFTS)
    context.set_default_timeout(15_000)
    yield context
    context.close()


def walk(page: Page, server: Server, addresses: list[str]) -> list[str]:
    """Open each address and gather what is wrong with it."""
    wrong = []
    for address in addresses:
        page.goto(server.url + address)
        wrong += look(page, address)
    return wrong


def test_public_pages_and_shops(screen: BrowserContext, server: Server) -> None:
    """What anyone can see, an unknown address included."""
    assert walk(screen.new_page(), server, PUBLIC) == []


def test_the_way_to_the_till(screen: BrowserContext, server: Server) -> None:
    """A full basket, the contact form with and without mistakes, and the payment page with its element."""
    page = screen.new_page()
    fill_basket(page, server)
    wrong = look(page, "/shop/basket (full)")
    page.get_by_role("link", name="Checkout").click()
    wrong += look(page, "/shop/checkout")
    page.get_by_role("button", name="Continue to payment").click()
    wrong += look(page, "/shop/checkout (mistakes)")
    page.goto(f"{server.url}/shop/basket")
    give_address(page)
    page.frame_locator("#payment-element iframe").get_by_label("Card number").wait_for()
    wrong += look(page, "/shop/checkout/<token>")
    assert wrong == []


def test_portal_pages(screen: BrowserContext, server: Server) -> None:
    """What a vendor sees, an order's page included."""
    page = screen.new_page()
    sign_in(page, server, "owner@atelier-luxe.test", PASSWORD)
    wrong = walk(page, server, VENDOR)
    page.goto(f"{server.url}/vendor/admin/orders")
    order = page.locator("a[href*='/vendor/admin/orders/MH-']").first.get_attribute("href")
    assert order, "the demo has orders"
    wrong += walk(page, server, [order])
    assert wrong == []


def test_the_portal_of_a_vendor_who_has_not_connected(screen: BrowserContext, server: Server) -> None:
    """The state of a beginning: checklist, connect form, empty lists."""
    page = screen.new_page()
    sign_in(page, server, "owner@new-vendor.test", PASSWORD)
    assert walk(page, server, ["/vendor/admin", "/vendor/admin/payments", "/vendor/admin/orders"]) == []


def test_operator_pages(screen: BrowserContext, server: Server) -> None:
    """What the marketplace's own staff see."""
    page = screen.new_page()
    sign_in(page, server, "operator@markethall.test", PASSWORD)
    wrong = walk(page, server, OPERATOR)
    page.goto(f"{server.url}/operator/webhooks")
    event = page.locator("a[href*='/operator/webhooks/evt_']").first.get_attribute("href")
    timeline = page.locator("a[href*='/operator/orders/']").first.get_attribute("href")
    assert event, "the demo has events"
    assert timeline, "they know their orders"
    wrong += walk(page, server, [event, f"{event}?preview=1", timeline, "/operator/webhooks?q=nothing"])
    assert wrong == []
