"""The demo's purchase at two shops in a real browser: what its shopper, its vendors and the staff
see of it, and of a dispute of its one payment.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from shared.core.settings import SANDBOX_SECRET_KEY
from tests.browser.conftest import PASSWORD
from tests.browser.journeys import sign_in
from tests.browser.looking import look

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser
LUXE, TILLEUL = "owner@atelier-luxe.test", "owner@maison-tilleul.test"


def _shared_number(page: Page, server: Server) -> str:
    """The number of Maison Tilleul's part: its only order of this shopper."""
    sign_in(page, server, TILLEUL, PASSWORD)
    page.goto(f"{server.url}/vendor/admin/orders?q=Sam+Shopper")
    return page.locator("a[href*='/vendor/admin/orders/MH-']").first.inner_text()


def _as_operator(page: Page, server: Server, path: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{server.url}/operator/login")
    page.get_by_label("Email").fill("operator@markethall.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/operator/login" not in url)
    page.goto(f"{server.url}{path}")


def test_shopper_vendors_and_staff_see_one_purchase_each_in_its_way(
    screen: BrowserContext, server: Server
) -> None:
    """One page for the shopper, all parts for the staff, its own order for a vendor."""
    page = screen.new_page()
    number = _shared_number(page, server)
    page.goto(f"{server.url}/vendor/admin/orders/{number}")
    expect(page.locator("#money")).to_contain_text("bought at several shops")
    wrong = look(page, "a vendor's part")
    expect(page.locator("main")).not_to_contain_text("Atelier Luxe")
    page.context.clear_cookies()
    page.goto(f"{server.url}/shop/account/login")
    page.get_by_label("Email").fill("shopper@markethall.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your orders")).to_be_visible()
    wrong += look(page, "the list of purchases")
    page.locator("a", has_text=number).click()
    expect(page.get_by_role("heading", name="One payment, 2 shops")).to_be_visible()
    page.get_by_role("link", name="Maison Tilleul").first.click()
    assert page.url.endswith(f"#{number}")
    wrong += look(page, "a purchase of two parts")
    _as_operator(page, server, f"/operator/orders/{number}")
    parts = page.locator("#parts")
    expect(parts).to_contain_text("Atelier Luxe")
    wrong += look(page, "all parts for the staff")
    parts.locator("a[href*='/operator/orders/MH-']").click()
    expect(page.locator("#parts a[href*='/operator/orders/MH-']")).to_have_text(number)
    assert wrong == []


def test_the_one_payment_is_disputed_and_each_reads_its_part(
    screen: BrowserContext, server: Server
) -> None:
    """The staff read all parts of the one answer, a vendor its own."""
    page = screen.new_page()
    number = _shared_number(page, server)
    _as_operator(page, server, f"/operator/orders/{number}")
    charge = page.locator("code", has_text=re.compile("^ch_")).first.inner_text()
    _complain(server, charge)
    row = page.locator("tr", has_text=number)
    for _ in range(40):
        page.goto(f"{server.url}/operator/disputes")
        if row.count():
            break
        page.wait_for_timeout(250)
    row.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text(number)
    expect(page.locator("main")).to_contain_text("Atelier Luxe")
    expect(page.locator("main")).to_contain_text("Maison Tilleul")
    wrong = look(page, "a shared dispute for the staff")
    page.context.clear_cookies()
    sign_in(page, server, TILLEUL, PASSWORD)
    page.goto(f"{server.url}/vendor/admin/disputes")
    page.locator("tr", has_text=number).get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("Your part of one answer")
    expect(page.locator("main")).not_to_contain_text("Atelier Luxe")
    wrong += look(page, "a vendor's part of a shared dispute")
    assert wrong == []


def _complain(server: Server, charge: str) -> None:
    """The shopper's bank disputes it, unless it did so while the other width was looked at."""
    asked = urllib.request.Request(
        f"{server.sandbox}/_control/disputes",
        data=json.dumps({"charge": charge, "reason": "fraudulent"}).encode(),
        headers={
            "Authorization": f"Bearer {SANDBOX_SECRET_KEY}",
            "Content-Type": "application/json",
        },
    )
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(asked, timeout=10).close()
