"""API tokens, made as people make them: a browser checks a form before it sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server


def test_a_token_may_do_one_thing_of_several(page: Page, server: Server) -> None:
    """No box has to be ticked because another one is there; a reload makes no second token."""
    sign_in(page, server, "owner@velo-nord.test", PASSWORD)
    page.goto(f"{server.url}/vendor/admin/developers")
    page.get_by_label("Name").fill("Bookkeeping")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_text("Your new token")).to_be_visible()
    page.reload()
    expect(page.get_by_role("row").filter(has_text="Bookkeeping")).to_have_count(1)
