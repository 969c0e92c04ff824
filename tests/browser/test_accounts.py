"""A forgotten password: from the sign-in page through the mailbox and back in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.journeys import mailed_link
from tests.browser.looking import SHIFTS, look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser
ACCOUNT = "/shop/account/security"


def test_a_forgotten_password_is_replaced_by_mail(
    page: Page, server: Server, browser: Browser
) -> None:
    """The link leads to a form, the new password signs in, and the browser that was signed in
    before is out.

    Signing out in one tab takes away what the others show.
    """
    address = f"ada{int(time.time())}@people.test"
    other = browser.new_context().new_page()
    other.goto(f"{server.url}/shop/account/signup?next={ACCOUNT}")
    other.get_by_label("Full name").fill("Ada Lovelace")
    other.get_by_label("Email").fill(address)
    other.get_by_label("Password").fill("four-words-of-mine")
    other.get_by_role("button", name="Make an account").click()
    expect(
        other.get_by_role("heading", name="Sign-in and security", level=1)
    ).to_be_visible()
    expect(other.locator("main")).to_contain_text("Not confirmed")

    page.goto(f"{server.url}/shop/account/login")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill(address)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look at your mails")).to_be_visible()
    page.add_init_script(SHIFTS)
    page.goto(mailed_link(server, address, "/account/reset"))
    wrong = look(page, "/account/reset/<token>")
    page.get_by_label("New password").fill("other-words-of-mine")
    page.get_by_role("button", name="Save the new password").click()
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill("other-words-of-mine")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your orders")).to_be_visible()

    tab = page.context.new_page()
    tab.goto(f"{server.url}/shop/account")
    expect(tab.locator("main")).to_contain_text(address)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    expect(
        tab.get_by_role("heading", name="You signed out in another tab")
    ).to_be_visible()
    expect(tab.locator("html")).not_to_contain_text(address)
    tab.get_by_role("link", name="Sign in again").click()
    expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()

    other.reload()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(mailed_link(server, address, "/account/email"))
    wrong += look(page, "/account/email/<token>, which ended with the reset")
    other.context.close()
    assert wrong == []
