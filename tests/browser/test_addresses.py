"""The checkout's address in Chromium: what the country decides comes with it, and nothing typed is
lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.journeys import fill_basket
from tests.browser.looking import SHIFTS, look

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server


def test_the_country_brings_its_states(page: Page, server: Server) -> None:
    """Provinces for Italy, none for Luxembourg, by the keyboard's order; the page is whole in
    between.
    """
    page.add_init_script(SHIFTS)
    fill_basket(page, server)
    page.goto(f"{server.url}/shop/checkout")
    country, code = page.get_by_label("Country"), page.get_by_label("Postal code")
    assert page.get_by_label(re.compile("State|Province")).count() == 0

    page.get_by_label("Email").fill("ada@müller.de")
    code.fill("ＬＵ－１７２８")
    country.focus()  # a field that is being typed in is left alone
    country.select_option("US")
    expect(page.get_by_label("State or territory", exact=True)).to_be_visible()
    expect(page.locator("#postal_code-error")).to_contain_text(
        "of the United States, such as 95014"
    )
    country.select_option("LU")
    expect(page.get_by_label("State or territory", exact=True)).to_have_count(0)
    expect(code).to_have_value("1728")

    country.select_option("IT")
    page.get_by_label("Province").select_option("Milano")
    code.fill("I-20121")
    page.get_by_label("Full name").fill("Ada Lovelace")
    page.get_by_label("Address", exact=True).fill("Via Dante 1")
    page.get_by_label("City").fill("Milano")
    expect(code).to_have_value("20121")
    assert look(page, "checkout with provinces") == []
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url(re.compile(r"/shop/checkout/co_"))
    expect(page.locator("main")).to_contain_text("Via Dante 1, 20121 Milano MI, Italy")
