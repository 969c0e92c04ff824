"""The pages that Stripe would host, as a phone and a desk see them, light and dark: onboarding and
the express dashboard.
"""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from shared.core.settings import SANDBOX_SECRET_KEY
from tests.browser.looking import look

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

EXPRESS = {
    "country": "US",
    "email": "owner@luxe.test",
    "controller[stripe_dashboard][type]": "express",
    "controller[fees][payer]": "application",
    "controller[losses][payments]": "application",
    "capabilities[transfers][requested]": "true",
    "capabilities[card_payments][requested]": "true",
}


def post(server: Server, path: str, body: bytes) -> Any:
    request = urllib.request.Request(
        f"{server.sandbox}{path}",
        body,
        {"Authorization": f"Bearer {SANDBOX_SECRET_KEY}"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def stripe(server: Server, path: str, **params: str) -> Any:
    return post(server, path, urllib.parse.urlencode(params).encode())


def seller(server: Server) -> str:
    return str(stripe(server, "/v1/accounts", **EXPRESS)["id"])


def onboarding(server: Server, account: str) -> str:
    urls = {"refresh_url": f"{server.sandbox}/", "return_url": f"{server.sandbox}/"}
    return str(
        stripe(
            server,
            "/v1/account_links",
            account=account,
            type="account_onboarding",
            **urls,
        )["url"]
    )


def test_every_step_of_onboarding(screen: BrowserContext, server: Server) -> None:
    """With mistakes and without, left out and told."""
    account, page = seller(server), screen.new_page()
    needs = {
        "requirements": {
            "currently_due": [
                "individual.verification.document",
                "company.directors_provided",
            ]
        }
    }
    post(server, f"/_control/accounts/{account}", json.dumps(needs).encode())
    page.goto(onboarding(server, account))
    wrong = look(page, "business")
    page.get_by_label("Business name").fill("")
    page.get_by_label("Website").fill("luxe")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Business name")).to_be_focused()
    expect(page.get_by_label("Website")).to_have_value("luxe")
    wrong += look(page, "business (mistakes)")
    page.get_by_role("button", name="Leave this out for now").click()
    for name in ("Person", "Bank", "Documents"):
        expect(page.locator("[aria-current=step]")).to_have_text(name)
        wrong += look(page, name)
        page.get_by_role("button", name="Continue").click()
    expect(page.locator("[aria-current=step]")).to_have_text("Review")
    wrong += look(page, "review")
    assert wrong == []


def test_the_express_dashboard(screen: BrowserContext, server: Server) -> None:
    """Empty, and with money, payouts and something due."""
    account, page = seller(server), screen.new_page()
    post(server, f"/_control/accounts/{account}", b'{"complete": true}')
    page.goto(stripe(server, f"/v1/accounts/{account}/login_links")["url"])
    wrong = look(page, "express (empty)")
    paid = {
        "amount": "123456",
        "currency": "usd",
        "payment_method": "pm_card_bypassPending",
        "confirm": "true",
    }
    automatic = {
        "automatic_payment_methods[enabled]": "true",
        "automatic_payment_methods[allow_redirects]": "never",
    }
    stripe(
        server,
        "/v1/payment_intents",
        **paid,
        **automatic,
        **{"transfer_data[destination]": account},
    )
    needs = {
        "requirements": {
            "currently_due": ["individual.verification.document"],
            "current_deadline": 1900000000,
        }
    }
    post(server, f"/_control/accounts/{account}", json.dumps(needs).encode())
    post(server, "/_control/clock/advance", b'{"seconds": 1}')
    page.reload()
    expect(page.get_by_text("1,234.56 USD").first).to_be_visible()
    wrong += look(page, "express")
    assert wrong == []


def test_going_back_in_the_browser_leads_to_the_step_before(
    page: Page, server: Server
) -> None:
    """And what was typed there is there."""
    page.goto(onboarding(server, seller(server)))
    page.get_by_label("Business name").fill("Luxe")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("First name")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Business name")).to_have_value("Luxe")
    page.get_by_role("button", name="Complete onboarding").click()
    page.wait_for_url(f"{server.sandbox}/")


def test_what_no_check_confirmed_is_said_where_it_can_be_mended(
    page: Page, server: Server
) -> None:
    """On the page of documents, in the review, and beside the field itself."""
    page.goto(onboarding(server, seller(server)))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("ID number").select_option("111111111")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("group", name="Where do payouts go?").get_by_label(
        "Payouts arrive 000123456789"
    ).check()
    page.get_by_role("button", name="Continue").click()
    reason = (
        "The person's ID number could not be matched with their name and date of birth."
    )
    expect(page.get_by_role("listitem").filter(has_text=reason)).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Not confirmed ID number")).to_be_visible()
    page.get_by_role("link", name="Change person").click()
    expect(page.get_by_label("ID number")).to_have_accessible_description(
        re.compile(reason)
    )
