"""The Stripe.js stand-in on a page of another origin under a strict policy: a card, a payment
(stripe-facts 16).
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shop import Shop, card, pay, ready, told, type_card, until
from tests.support.standin_accounts import EXPRESS

pytestmark = pytest.mark.browser


def test_what_is_typed_is_formatted(shop: Shop, page: Page) -> None:
    shop.open_new(page)
    type_card(page)
    assert card(page).get_by_label("Card number").input_value() == "4242 4242 4242 4242"
    assert card(page).get_by_label("Expiry date").input_value() == "12 / 34"
    type_card(page, "378282246310005", cvc="1234")
    assert card(page).get_by_label("Card number").input_value() == "3782 822463 10005"
    assert card(page).get_by_label("Security code").input_value() == "1234"


def test_success_returns_with_the_names_of_stripe(shop: Shop, page: Page) -> None:
    intent = shop.open_new(page, redirect="always")
    type_card(page)
    pay(page)
    page.wait_for_url("**/back?**")
    query = {
        name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()
    }
    assert query == {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": intent["client_secret"],
        "redirect_status": "succeeded",
    }
    assert shop.status(intent) == "succeeded"


def test_a_return_address_keeps_what_it_has(shop: Shop, page: Page) -> None:
    shop.open_new(page)
    type_card(page)
    page.evaluate(
        "() => { stripe.confirmPayment({ elements, confirmParams: { return_url: "
        "`${location.origin}/back?order=7#top` } }); }"
    )
    page.wait_for_url("**/back?order=7&payment_intent=**redirect_status=succeeded#top")


def test_enter_in_a_field_presses_the_button_of_the_form(
    shop: Shop, page: Page
) -> None:
    shop.open_new(page)
    type_card(page)
    page.get_by_role("button", name="Pay").evaluate(
        "button => { button.disabled = true; }"
    )
    card(page).get_by_label("Security code").press("Enter")
    # The key's message travels from frame to page: it must arrive while the button is off.
    until(page, "enters === 1")
    assert page.evaluate("submits") == 0
    page.get_by_role("button", name="Pay").evaluate(
        "button => { button.disabled = false; }"
    )
    card(page).get_by_label("Security code").press("Enter")
    expect(told(page)).to_have_text("succeeded")
    assert page.evaluate("[enters, submits]") == [2, 1]


def test_if_a_redirect_is_not_required_the_intent_is_answered(
    shop: Shop, page: Page
) -> None:
    intent = shop.open_new(page)
    type_card(page)
    script = (
        "async () => (await stripe.confirmPayment({ elements, redirect: 'if_required' "
        "})).paymentIntent"
    )
    answer = page.evaluate(script)
    assert (answer["id"], answer["status"]) == (intent["id"], "succeeded")
    assert "metadata" not in answer
    assert page.url.startswith(f"{shop.url}/pay")


def test_a_manual_capture_returns_as_a_success(shop: Shop, page: Page) -> None:
    intent = shop.intent(capture_method="manual")
    shop.open(page, redirect="always", clientSecret=intent["client_secret"])
    type_card(page)
    pay(page)
    page.wait_for_url("**redirect_status=succeeded")
    assert shop.status(intent) == "requires_capture"


def test_a_decline_is_told_and_another_card_pays(shop: Shop, page: Page) -> None:
    intent = shop.open_new(page, redirect="always")
    type_card(page, "4000000000009995")
    pay(page)
    expect(told(page)).to_have_text("Your card has insufficient funds.")
    type_card(page)
    pay(page)
    page.wait_for_url("**/back?**")
    assert shop.status(intent) == "succeeded"


def test_an_error_says_what_stripes_errors_say(shop: Shop, page: Page) -> None:
    intent = shop.open_new(page)
    type_card(page, "4000000000009987")
    error = page.evaluate(
        "async () => (await stripe.confirmPayment({ elements, redirect: 'if_required' })).error"
    )
    assert (error["type"], error["code"], error["decline_code"]) == (
        "card_error",
        "card_declined",
        "lost_card",
    )
    assert error["message"] == "Your card was declined."
    assert error["payment_intent"]["id"] == intent["id"]
    assert error["payment_intent"]["last_payment_error"]["code"] == "card_declined"


@pytest.mark.parametrize(
    ("typed", "message", "field", "short"),
    [
        (
            ("4242424242424241", "1234", "123"),
            "Your card number is invalid.",
            "number",
            "Your card number is invalid.",
        ),
        (
            ("4242424242424242", "1220", "123"),
            "Your card’s expiration year is in the past.",
            "expiry",
            "Year is in the past.",
        ),
        (
            ("4242424242424242", "1234", "12"),
            "Your card’s security code is incomplete.",
            "cvc",
            "Code is incomplete.",
        ),
        (
            ("4000000000000127", "1234", "123"),
            "Your card's security code is incorrect.",
            "cvc",
            "Code is incorrect.",
        ),
    ],
)
def test_mistakes_are_told_beside_the_field(
    shop: Shop,
    page: Page,
    typed: tuple[str, str, str],
    message: str,
    field: str,
    short: str,
) -> None:
    shop.open_new(page)
    type_card(page, *typed)
    pay(page)
    expect(told(page)).to_have_text(message)
    expect(card(page).locator(f"#{field}-error")).to_have_text(short)
    expect(card(page).locator(f"#{field}")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(
    ("press", "says", "status"),
    [
        ("Complete authentication", "succeeded", "succeeded"),
        (
            "Fail authentication",
            "We are unable to authenticate your payment method.",
            "requires_payment_method",
        ),
        (
            "Escape",
            "We are unable to authenticate your payment method.",
            "requires_payment_method",
        ),
        (
            "Close",
            "We are unable to authenticate your payment method.",
            "requires_payment_method",
        ),
    ],
)
def test_the_challenge_opens_over_the_page(
    shop: Shop, page: Page, press: str, says: str, status: str
) -> None:
    intent = shop.open_new(page)
    type_card(page, "4000002760003184")
    pay(page)
    bank = page.frame_locator("dialog iframe")
    expect(bank.get_by_role("button", name="Complete authentication")).to_be_visible()
    if press == "Escape":
        page.keyboard.press("Escape")
    elif press == "Close":
        page.get_by_role("button", name="Close authentication").click()
    else:
        bank.get_by_role("button", name=press).click()
    expect(told(page)).to_contain_text(says)
    expect(page.locator("dialog")).to_have_count(0)
    assert shop.status(intent) == status


def test_a_card_that_is_declined_after_its_challenge_is_told(
    shop: Shop, page: Page
) -> None:
    intent = shop.open_new(page)
    type_card(page, "4000008260003178")
    pay(page)
    page.frame_locator("dialog iframe").get_by_role(
        "button", name="Complete authentication"
    ).click()
    expect(told(page)).to_have_text("Your card has insufficient funds.")
    assert shop.status(intent) == "requires_payment_method"


def test_submit_and_retrieve(shop: Shop, page: Page) -> None:
    intent = shop.open_new(page)
    ready(page)
    error = page.evaluate("async () => (await elements.submit()).error")
    assert (error["type"], error["code"]) == ("validation_error", "incomplete_number")
    type_card(page)
    assert (
        page.evaluate("async () => (await elements.submit()).selectedPaymentMethod")
        == "card"
    )
    script = (
        "async (secret) => (await stripe.retrievePaymentIntent(secret)).paymentIntent"
    )
    assert (
        page.evaluate(script, intent["client_secret"])["status"]
        == "requires_payment_method"
    )
    answer = page.evaluate(
        "async (secret) => stripe.retrievePaymentIntent(secret)",
        f"{intent['client_secret']}x",
    )
    assert answer["error"]["type"] == "invalid_request_error"
    assert (
        page.evaluate("async () => Object.keys(await elements.fetchUpdates()).length")
        == 0
    )


def test_an_address_to_return_to_must_be_whole(shop: Shop, page: Page) -> None:
    shop.open_new(page)
    type_card(page)
    script = (
        "async () => (await stripe.confirmPayment({ elements, confirmParams: { return_url: "
        "'/back' } })).error"
    )
    assert page.evaluate(script)["code"] == "url_invalid"


def test_a_connected_accounts_own_intent_is_paid_with_its_name(
    shop: Shop, page: Page
) -> None:
    account = shop.api(
        "POST",
        "accounts",
        country="US",
        **EXPRESS,
    )
    shop.sandbox.complete(account["id"])
    intent = shop.intent(on_account=account["id"])
    shop.open(
        page,
        clientSecret=intent["client_secret"],
        init={"stripeAccount": account["id"]},
    )
    type_card(page)
    pay(page)
    expect(told(page)).to_have_text("succeeded")


def test_the_version_and_the_locale_that_stripe_is_given_are_used(
    shop: Shop, page: Page
) -> None:
    sent: list[str | None] = []
    page.on(
        "request",
        lambda request: (
            sent.append(request.headers.get("stripe-version"))
            if "/v1/" in request.url
            else None
        ),
    )
    intent = shop.intent()
    shop.open(
        page,
        clientSecret=intent["client_secret"],
        init={"apiVersion": "2026-10-28.endive", "locale": "fr"},
    )
    expect(card(page).get_by_label("Numéro de carte")).to_be_visible()
    ready(page)
    assert sent == ["2026-10-28.endive"]
