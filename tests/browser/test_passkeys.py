"""A passkey, in Chromium with a virtual security key: made, asked for after the password, and
shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


EMAIL, PASSWORD = "olive@shop.test", "a-long-password"


@pytest.fixture
def named_server(tmp_path: Path) -> Iterator[Server]:
    """A marketplace whose address has a name: browsers make no passkeys for a bare number.

    It asks Stripe nothing here.
    """
    keys = {
        "STRIPE_SECRET_KEY": "sk_test_passkeys",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_passkeys",
    }
    where = {
        "STRIPE_API_BASE": "http://127.0.0.1:9",
        "MARKETHALL_PUBLIC_URL": "http://localhost:{port}",
    }
    with serving(
        tmp_path, "--no-demo", "--no-worker", host="localhost", **keys, **where
    ) as running:
        yield running


def _open_shop(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/vendor/signup")
    page.get_by_label("Business name").fill("Olive & Co")
    page.get_by_label("Country").select_option("LU")
    page.get_by_label("Full name").fill("Olive Owner")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Open a shop").click()


def _security_key(context: BrowserContext, page: Page) -> None:
    """A key that is touched as soon as it is asked."""
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_made_and_signs_in(
    context: BrowserContext, page: Page, named_server: Server
) -> None:
    """Made on the page, recovery codes kept, signed out; after the password it is asked for, and
    opens the shop.
    """
    _security_key(context, page)
    _open_shop(page, named_server)
    page.goto(f"{named_server.url}/vendor/factors")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.locator(".codes code")).to_have_count(10)
    expect(page.locator(".factor")).to_contain_text("Laptop")

    page.context.clear_cookies()
    page.goto(f"{named_server.url}/vendor/login")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/vendor/login/step"))
    page.get_by_role("button", name="Use a passkey").click()

    expect(page).to_have_url(f"{named_server.url}/vendor/admin")
