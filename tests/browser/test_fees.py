"""The operator's page of commission, in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


def test_the_vendors_offered_follow_what_is_typed(
    screen: BrowserContext, server: Server
) -> None:
    """In the list below the field."""
    page = screen.new_page()
    sign_in(page, server, "operator@markethall.test", PASSWORD)
    page.goto(f"{server.url}/operator/fees")
    offered = page.locator("#known-vendors option")
    before = offered.count()
    page.locator("#vendor").press_sequentially("Luxe")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "atelier-luxe")
    assert before > 1
