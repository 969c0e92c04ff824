"""Refunds in a real browser: the numbers follow what is typed, the pages fit and read, and the money goes back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import sign_in
from tests.browser.test_pages import look, screen

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
__all__ = ["screen"]  # a fixture


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look: `MARKETHALL_PICTURES=folder`."""
    if folder := os.environ.get("PICTURES"):
        size = page.viewport_size or {"width": 0}
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        page.screenshot(path=Path(folder) / f"{name}-{size['width']}-{'dark' if dark else 'light'}.png", full_page=True)


def paid_order(page: Page, server: Server) -> str:
    """The address of a paid order of which nothing went back yet."""
    page.goto(f"{server.url}/vendor/admin/orders")
    for link in page.locator("tr:has(.badge:text-is('Paid')) a[href*='/vendor/admin/orders/MH-']").all():
        return f"{server.url}{link.get_attribute('href')}"
    pytest.fail("the demo has no paid order")


def test_a_refund_from_choice_to_history(screen: BrowserContext, server: Server) -> None:
    """Every step as a phone and a desk see it; a part goes back each time."""
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
    assert wrong == []


def test_what_operator_and_shopper_see(screen: BrowserContext, server: Server) -> None:
    """The operator's list, with one that waits."""
    page = screen.new_page()
    sign_in(page, server, "operator@markethall.test", PASSWORD)
    page.goto(f"{server.url}/operator/refunds")
    wrong = look(page, "/operator/refunds")
    keep(page, "7-operator")
    assert wrong == []
