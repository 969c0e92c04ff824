"""Documents of an answer in a real browser: attached, looked at, too large ones refused before
anything is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import sign_in
from tests.browser.looking import look
from tests.support.papers import paper

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


def test_a_document_from_choice_to_preview(
    screen: BrowserContext, server: Server
) -> None:
    """As a phone and a desk see it: what is too large is said at once, Enter removes nothing, the
    preview names it.
    """
    page = screen.new_page()
    sign_in(page, server, "owner@atelier-luxe.test", PASSWORD)
    page.goto(f"{server.url}/vendor/admin/disputes")
    page.locator("tr:has-text('Needs an answer') a").first.click()
    page.get_by_label("Carrier").fill("A carrier of mine")
    chosen = page.get_by_label("Other", exact=True)
    chosen.set_input_files(
        {
            "name": "big.png",
            "mimeType": "image/png",
            "buffer": paper("png", size=5_000_000),
        }
    )
    expect(page.get_by_text("This document is larger than 4.5 MB")).to_be_visible()
    expect(chosen).to_have_value("")
    wrong = look(page, "answer, too large")
    chosen.set_input_files(
        {"name": "box.png", "mimeType": "image/png", "buffer": paper("png")}
    )
    expect(page.get_by_text("This document is larger than 4.5 MB")).to_be_hidden()
    page.get_by_label("Carrier").press("Enter")
    page.wait_for_url("**/preview")
    expect(page.get_by_role("link", name="box.png")).to_be_visible()
    expect(page.get_by_text("A carrier of mine")).to_be_visible()
    wrong += look(page, "preview with documents")
    page.get_by_role("link", name="Change it").click()
    page.get_by_label("Carrier").press("Enter")
    page.wait_for_url("**/preview")
    page.get_by_role("link", name="Change it").click()
    wrong += look(page, "answer with documents")
    page.get_by_role("button", name="Remove box.png").click()
    expect(page.get_by_role("link", name="box.png")).to_have_count(0)
    assert wrong == []
