"""Refunds in a real browser: the numbers follow what is typed, the pages fit and read, and the
money goes back.
"""

from __future__ import annotations

import os
import re
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import sign_in
from tests.browser.looking import look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look: `PICTURES=folder`."""
    if folder := os.environ.get("PICTURES"):
        size = page.viewport_size or {"width": 0}
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(
                path=Path(folder) / f"{name}-{size['width']}-{scheme}.png",
                full_page=True,
            )


def paid_order(page: Page, server: Server) -> str:
    """The address of a paid order of which something is left."""
    page.goto(f"{server.url}/vendor/admin/orders")
    for link in page.locator(
        "tr:has(.badge:text-matches('^(Paid|Partly refunded)$')) "
        "a[href*='/vendor/admin/orders/MH-']"
    ).all():
        return f"{server.url}{link.get_attribute('href')}"
    pytest.fail("the demo has no paid order")


def test_a_refund_from_choice_to_history(
    screen: BrowserContext, server: Server
) -> None:
    """Every step as a phone and a desk see it, and what the shopper sees by the link in the
    mail.
    """
    page = screen.new_page()
    sign_in(page, server, "owner@atelier-luxe.test", PASSWORD)
    order = paid_order(page, server)
    page.goto(order)
    page.get_by_role("link", name="Refund").last.click()
    expect(page.locator("#refund-preview")).to_contain_text("You bear")
    wrong = look(page, "refund, whole")
    keep(page, "1-whole")
    page.get_by_label("Single pieces").check()
    wrong += look(page, "refund, pieces")
    keep(page, "2-pieces")
    page.get_by_label("An amount").check()
    page.get_by_label("Amount", exact=True).fill("99999")
    expect(page.locator("#refund-preview")).to_contain_text("At most")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("At most")
    wrong += look(page, "refund, too much")
    keep(page, "3-too-much")
    page.get_by_label("Amount", exact=True).fill("1.50")
    page.get_by_label("Note to the shopper").fill("Sorry for the scratch.")
    expect(page.locator("#refund-preview")).to_contain_text("€1.50")
    keep(page, "4-amount")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Refund €1.50?")).to_be_visible()
    wrong += look(page, "refund, second step")
    keep(page, "5-second-step")
    page.get_by_role("button", name="Refund €1.50").click()
    page.wait_for_url(order)
    expect(page.locator("#refunds")).to_contain_text("€1.50")
    wrong += look(page, "order with refunds")
    keep(page, "6-order")
    number = order.rpartition("/")[2]
    page.goto(server.url + _link_in_mail(server, number, amount="1.50"))
    expect(page.get_by_role("heading", name="Given back")).to_be_visible()
    wrong += look(page, "/shop/orders/<token> with a refund")
    keep(page, "8-shopper")
    assert wrong == []


def refund_one_euro(page: Page, server: Server) -> str:
    """Give one euro of a paid order back; the order's address."""
    order = paid_order(page, server)
    page.goto(f"{order}/refunds")
    page.get_by_label("An amount").check()
    page.get_by_label("Amount", exact=True).fill("1")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="€1.00").click()
    page.wait_for_url(order)
    return order


def _link_in_mail(server: Server, number: str, amount: str) -> str:
    """The link to an order in the mail about so much of it, which speaks as whoever bought it."""
    for _ in range(100):
        for path in sorted((server.data_dir / "mail").glob("*.eml")):
            mail = message_from_bytes(path.read_bytes(), policy=default)
            subject = str(mail["Subject"])
            if number in subject and amount in subject.replace(",", "."):
                text = mail.get_body(("plain",))
                assert text is not None
                found = re.search(r"/shop/orders/\S+", text.get_content())
                assert found
                return found.group()
        time.sleep(0.1)
    pytest.fail(f"no mail says that {amount} of {number} go back")


def test_what_the_operator_decides(
    screen: BrowserContext, browser: Browser, server: Server
) -> None:
    """A refund above the limit waits on top of the list; declined, it is told why."""
    page = screen.new_page()
    sign_in(page, server, "operator@markethall.test", PASSWORD)
    page.goto(f"{server.url}/operator/fees")
    page.get_by_label("EUR").fill("0.50")
    page.locator("#refunds").get_by_role("button", name="Save").click()
    vendors = browser.new_context()
    try:
        vendor = vendors.new_page()
        sign_in(vendor, server, "owner@atelier-luxe.test", PASSWORD)
        order = refund_one_euro(vendor, server)
        expect(vendor.locator("#refunds")).to_contain_text("Waits for the marketplace")
        page.goto(f"{server.url}/operator/refunds")
        wrong = look(page, "/operator/refunds")
        keep(page, "7-operator")
        page.get_by_label("Why not").fill("Please ask the shopper first.")
        page.get_by_role("button", name="Decline").click()
        expect(page.get_by_role("status").first).to_contain_text("declined")
        vendor.goto(order)
        expect(vendor.locator("#refunds")).to_contain_text(
            "Please ask the shopper first."
        )
        assert wrong == []
    finally:
        vendors.close()
        page.goto(f"{server.url}/operator/fees")
        page.get_by_label("EUR").fill("")
        page.locator("#refunds").get_by_role("button", name="Save").click()
