"""A shopper's saved cards as people use them, in Chromium: save, use again, the bank's question,
remove.
"""

from __future__ import annotations

import json
import re
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from shared.core.settings import SANDBOX_SECRET_KEY
from tests.browser.journeys import (
    card_fields,
    challenge,
    fill_basket,
    fill_card,
    give_address,
)
from tests.browser.looking import SHIFTS, look

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

VISA, MASTERCARD, CHALLENGED = (
    "4242424242424242",
    "5555555555554444",
    "4000002760003184",
)
ACCOUNT = "/shop/account/payment-methods"


def join(page: Page, server: Server, email: str) -> None:
    """Make a shopper's account."""
    page.goto(f"{server.url}/shop/account/signup?next={ACCOUNT}")
    page.get_by_label("Full name").fill("Ada Lovelace")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("a-good-password")
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_role("heading", name="Saved cards", level=1)).to_be_visible()


def to_payment(page: Page, server: Server, email: str) -> None:
    """Put something into the basket and go on to payment."""
    fill_basket(page, server)
    give_address(page, email)


def press_pay(page: Page) -> None:
    """Press the button that says the amount."""
    page.get_by_role("button", name=re.compile(r"^Pay ")).click()


def thanked(page: Page) -> None:
    """The order is paid."""
    page.wait_for_url(re.compile("/shop/order-confirmation"))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def listed(page: Page, server: Server, *labels: str) -> None:
    """The account lists these cards, the default first; what was saved at checkout comes a moment
    later.
    """
    for _ in range(40):
        page.goto(f"{server.url}{ACCOUNT}")
        if page.locator(".saved-card").count() == len(labels):
            break
        page.wait_for_timeout(250)
    expect(page.locator(".saved-card-name")).to_contain_text(list(labels))


def at_stripe(server: Server, method: str, path: str) -> dict[str, Any]:
    """One call of the stand-in with the platform's key."""
    asked = urllib.request.Request(f"{server.sandbox}/v1/{path}", method=method)
    asked.add_header("Authorization", f"Bearer {SANDBOX_SECRET_KEY}")
    with urllib.request.urlopen(asked, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_a_card_is_saved_while_paying_and_pays_again_with_one_tap(
    page: Page, server: Server
) -> None:
    """The box is ticked; the next order offers the card, and loads no card form."""
    email = "keeper@example.test"
    page.context.add_init_script(SHIFTS)
    join(page, server, email)
    to_payment(page, server, email)
    expect(page.get_by_role("radio")).to_have_count(0)
    fill_card(page, VISA)
    card_fields(page).get_by_label("Save this card for future payments").check()
    press_pay(page)
    thanked(page)
    listed(page, server, "Visa •••• 4242")

    to_payment(page, server, email)
    expect(page.get_by_role("radio", name="Visa •••• 4242")).to_be_checked()
    expect(page.locator("#payment-element iframe")).to_have_count(0)
    assert look(page, "payment with a saved card") == []
    press_pay(page)
    thanked(page)


def test_a_card_is_added_chosen_confirmed_with_the_bank_and_removed(
    page: Page, server: Server
) -> None:
    """In the account, beside another one; the bank asks when it is added and whenever it pays."""
    email = "adder@example.test"
    page.context.add_init_script(SHIFTS)
    join(page, server, email)
    for number, question in ((MASTERCARD, False), (CHALLENGED, True)):
        page.get_by_role("link", name="Add a card").click()
        fill_card(page, number)
        page.get_by_role("button", name="Save card").click()
        if question:
            challenge(page, "Complete authentication")
        expect(page.locator("#flashes")).to_contain_text(
            f"•••• {number[-4:]} is saved."
        )
    page.get_by_role("button", name="Make Visa •••• 3184 the default").click()
    listed(page, server, "Visa •••• 3184", "Mastercard •••• 4444")
    assert look(page, "saved cards") == []

    to_payment(page, server, email)
    expect(page.get_by_role("radio", name="Visa •••• 3184")).to_be_checked()
    press_pay(page)
    challenge(page, "Complete authentication")
    thanked(page)

    page.goto(f"{server.url}{ACCOUNT}")
    page.get_by_role("button", name="Remove Visa •••• 3184").click()
    page.get_by_role("button", name="Remove the card").click()
    listed(page, server, "Mastercard •••• 4444")
    page.get_by_role("link", name="Add a card").click()
    expect(card_fields(page).get_by_label("Card number")).to_be_editable()
    assert look(page, "adding a card") == []


def test_a_card_that_was_removed_elsewhere_leaves_the_order_payable(
    page: Page, server: Server
) -> None:
    """Detached while the payment page is open: a sentence, and another card pays the same order."""
    email = "elsewhere@example.test"
    join(page, server, email)
    page.get_by_role("link", name="Add a card").click()
    fill_card(page, MASTERCARD)
    page.get_by_role("button", name="Save card").click()
    expect(page.locator("#flashes")).to_contain_text("Mastercard •••• 4444 is saved.")
    to_payment(page, server, email)
    saved = page.get_by_role("radio", name="Mastercard •••• 4444").get_attribute(
        "value"
    )
    at_stripe(server, "POST", f"payment_methods/{saved}/detach")
    press_pay(page)
    expect(page.locator("#payment-error")).to_contain_text(
        "This saved card cannot be used any more."
    )
    page.get_by_role("link", name="Choose another one").click()
    expect(page.get_by_role("radio")).to_have_count(0)
    fill_card(page, VISA)
    press_pay(page)
    thanked(page)
