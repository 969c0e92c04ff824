"""Setting up a card in the browser, and confirming without a form (stripe-facts 16)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shop import Shop, pay, ready, told, type_card, until

pytestmark = pytest.mark.browser


def test_a_setup_returns_with_the_names_of_stripe(shop: Shop, page: Page) -> None:
    customer = shop.customer()
    intent = shop.setup(customer=customer["id"])
    shop.open(
        page,
        redirect="always",
        call="confirmSetup",
        clientSecret=intent["client_secret"],
    )
    type_card(page)
    pay(page)
    page.wait_for_url("**/back?**")
    query = {
        name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()
    }
    assert query == {
        "setup_intent": intent["id"],
        "setup_intent_client_secret": intent["client_secret"],
        "redirect_status": "succeeded",
    }
    method = shop.api("GET", f"payment_methods/{shop.now(intent)['payment_method']}")
    assert method["customer"] == customer["id"]


def test_a_setup_answers_where_it_stands(shop: Shop, page: Page) -> None:
    intent = shop.setup()
    shop.open(page, call="confirmSetup", clientSecret=intent["client_secret"])
    type_card(page)
    answer = page.evaluate(
        "async () => stripe.confirmSetup({ elements, redirect: 'if_required' })"
    )
    assert answer["setupIntent"]["status"] == "succeeded"
    again = page.evaluate(
        "async (secret) => stripe.retrieveSetupIntent(secret)", intent["client_secret"]
    )
    assert again["setupIntent"]["id"] == intent["id"]


def test_a_setup_that_is_declined(shop: Shop, page: Page) -> None:
    intent = shop.setup()
    shop.open(page, call="confirmSetup", clientSecret=intent["client_secret"])
    type_card(page, "4000000000000002")
    error = page.evaluate(
        "async () => (await stripe.confirmSetup({ elements, redirect: 'if_required' })).error"
    )
    assert (error["type"], error["code"]) == ("card_error", "card_declined")
    assert error["setup_intent"]["id"] == intent["id"]


@pytest.mark.parametrize(
    ("press", "says", "status"),
    [
        ("Complete authentication", "succeeded", "succeeded"),
        (
            "Fail authentication",
            "We are unable to authenticate your payment method.",
            "requires_payment_method",
        ),
    ],
)
def test_a_setup_is_challenged(
    shop: Shop,
    page: Page,
    press: str,
    says: str,
    status: str,
) -> None:
    intent = shop.setup()
    shop.open(page, call="confirmSetup", clientSecret=intent["client_secret"])
    type_card(page, "4000002500003155")
    pay(page)
    bank = page.frame_locator("dialog iframe")
    expect(bank.get_by_text("keep your card for later payments")).to_be_visible()
    bank.get_by_role("button", name=press).click()
    expect(told(page)).to_contain_text(says)
    assert shop.status(intent) == status


def test_a_challenge_on_a_page_of_its_own_leads_back(shop: Shop, page: Page) -> None:
    intent = shop.setup(
        payment_method="pm_card_authenticationRequiredOnSetup",
        confirm=True,
        return_url=f"{shop.url}/back",
    )
    assert intent["next_action"]["type"] == "redirect_to_url"
    shop.open_new(page)
    page.evaluate(
        "(clientSecret) => { stripe.handleNextAction({ clientSecret }); }",
        intent["client_secret"],
    )
    page.get_by_role("button", name="Complete authentication").click()
    page.wait_for_url(f"**/back?setup_intent={intent['id']}**redirect_status=succeeded")


def test_an_intent_with_a_method_is_confirmed_without_a_form(
    shop: Shop, page: Page
) -> None:
    first, second = (shop.intent(payment_method="pm_card_visa") for _ in range(2))
    shop.open_new(page)
    script = (
        "async (clientSecret) => (await stripe.confirmPayment({ clientSecret, redirect: "
        "'if_required' })).paymentIntent.status"
    )
    assert page.evaluate(script, first["client_secret"]) == "succeeded"
    old = "async (secret) => (await stripe.confirmCardPayment(secret)).paymentIntent.status"
    assert page.evaluate(old, second["client_secret"]) == "succeeded"
    setup = shop.setup(payment_method="pm_card_visa")
    assert (
        page.evaluate(
            "async (secret) => (await stripe.confirmCardSetup(secret)).setupIntent.status",
            setup["client_secret"],
        )
        == "succeeded"
    )


def test_actions_may_be_left_for_later(shop: Shop, page: Page) -> None:
    intent = shop.intent(payment_method="pm_card_authenticationRequired")
    shop.open_new(page)
    script = (
        "async (secret) => (await stripe.confirmCardPayment(secret, {}, { handleActions: false "
        "})).paymentIntent.status"
    )
    assert page.evaluate(script, intent["client_secret"]) == "requires_action"
    expect(page.locator("dialog")).to_have_count(0)
    page.evaluate(
        (
            "(secret) => { stripe.handleCardAction(secret).then((answer) => { window.next = "
            "answer; }); }"
        ),
        intent["client_secret"],
    )
    page.frame_locator("dialog iframe").get_by_role(
        "button", name="Fail authentication"
    ).click()
    until(page, "window.next !== undefined")
    assert page.evaluate("next.error.code") == "payment_intent_authentication_failure"


def test_an_intent_that_asks_for_nothing_is_answered_as_it_is(
    shop: Shop, page: Page
) -> None:
    intent = shop.open_new(page)
    ready(page)
    answer = page.evaluate(
        "async (clientSecret) => stripe.handleNextAction({ clientSecret })",
        intent["client_secret"],
    )
    assert answer["paymentIntent"]["status"] == "requires_payment_method"


def test_a_card_may_be_kept_for_later_while_it_pays(shop: Shop, page: Page) -> None:
    customer = shop.customer()
    intent = shop.intent(customer=customer["id"])
    shop.open(page, clientSecret=intent["client_secret"])
    type_card(page)
    script = (
        "async () => stripe.confirmPayment({ elements, confirmParams: { setup_future_usage: "
        "'off_session', receipt_email: 'a@example.test', shipping: { name: 'A', address: { line1: "
        "'1 Way' } } }, redirect: 'if_required' })"
    )
    assert page.evaluate(script)["paymentIntent"]["setup_future_usage"] == "off_session"
    now = shop.now(intent)
    assert (now["receipt_email"], now["shipping"]["name"]) == ("a@example.test", "A")
    assert (
        shop.api("GET", f"payment_methods/{now['payment_method']}")["customer"]
        == customer["id"]
    )
