"""Elements before there is an intent: deferred mode, payment methods and confirmation tokens
(stripe-facts 16).
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shop import Shop, card, ready, type_card, until

pytestmark = pytest.mark.browser

PAYMENT: dict[str, Any] = {"mode": "payment", "amount": 1000, "currency": "usd"}
CONFIRM = """async (clientSecret) => {
  const { error } = await elements.submit();
  if (error) return { error };
  return stripe.confirmPayment({ elements, clientSecret, redirect: 'if_required' });
}"""


def thrown(page: Page, script: str) -> list[str] | None:
    """The name and message of what a script throws."""
    found: list[str] | None = page.evaluate(
        f"async () => {{ try {{ {script} }} catch (e) {{ return [e.name, e.message]; }} }}"
    )
    return found


def test_a_payment_is_made_after_the_form(shop: Shop, page: Page) -> None:
    shop.open(page, **PAYMENT)
    type_card(page)
    intent = shop.intent()
    answer = page.evaluate(CONFIRM, intent["client_secret"])
    assert answer["paymentIntent"]["status"] == "succeeded"
    assert shop.status(intent) == "succeeded"


def test_the_form_must_be_submitted_first(shop: Shop, page: Page) -> None:
    shop.open(page, **PAYMENT)
    type_card(page)
    secret = shop.intent()["client_secret"]
    call = (
        f"await stripe.confirmPayment({{ elements, clientSecret: '{secret}', redirect: "
        f"'if_required' }})"
    )
    assert (thrown(page, call) or [""])[0] == "IntegrationError"
    assert (
        "elements.submit()"
        in (
            thrown(page, "await stripe.createConfirmationToken({ elements })")
            or ["", ""]
        )[1]
    )


def test_a_mistake_in_the_form_is_told_by_submit(shop: Shop, page: Page) -> None:
    shop.open(page, **PAYMENT)
    ready(page)
    answer = page.evaluate("async () => elements.submit()")
    assert answer["error"]["type"] == "validation_error"
    expect(card(page).locator("#number-error")).to_have_text(
        "Card number is incomplete."
    )


@pytest.mark.parametrize(
    ("promised", "made", "param"),
    [
        ({}, {"amount": 1001}, "amount"),
        ({}, {"currency": "eur"}, "currency"),
        ({"setupFutureUsage": "off_session"}, {}, "setup_future_usage"),
        ({"captureMethod": "manual"}, {}, "capture_method"),
    ],
)
def test_what_was_promised_must_be_what_is_confirmed(
    shop: Shop, page: Page, promised: dict[str, Any], made: dict[str, Any], param: str
) -> None:
    shop.open(page, **PAYMENT, **promised)
    type_card(page)
    intent = shop.intent(**made)
    error = page.evaluate(CONFIRM, intent["client_secret"])["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert shop.status(intent) == "requires_payment_method"


def test_an_amount_may_change_before_the_form_is_submitted(
    shop: Shop, page: Page
) -> None:
    shop.open(page, **PAYMENT)
    type_card(page)
    page.evaluate(
        "async () => { window.ended = 0; elements.on('update-end', () => ended++); await "
        "elements.update({ amount: 2500 }); }"
    )
    assert page.evaluate("ended") == 1
    intent = shop.intent(amount=2500)
    assert (
        page.evaluate(CONFIRM, intent["client_secret"])["paymentIntent"]["amount"]
        == 2500
    )


def test_a_setup_before_there_is_an_intent(shop: Shop, page: Page) -> None:
    shop.open(page, mode="setup", currency="usd")
    type_card(page)
    intent = shop.setup()
    script = (
        "async (clientSecret) => { await elements.submit(); return stripe.confirmSetup({ "
        "elements, clientSecret, redirect: 'if_required' }); }"
    )
    assert (
        page.evaluate(script, intent["client_secret"])["setupIntent"]["status"]
        == "succeeded"
    )


def test_a_payment_method_is_made_for_the_server(shop: Shop, page: Page) -> None:
    shop.open(page, **PAYMENT, paymentMethodCreation="manual")
    type_card(page)
    script = (
        "async () => { await elements.submit(); return stripe.createPaymentMethod({ elements, "
        "params: { billing_details: { name: 'Jenny' } } }); }"
    )
    method = page.evaluate(script)["paymentMethod"]
    assert (method["card"]["last4"], method["billing_details"]["name"]) == (
        "4242",
        "Jenny",
    )
    paid = shop.intent(
        payment_method=method["id"],
        confirm=True,
        return_url="https://shop.example/back",
    )
    assert paid["status"] == "succeeded"


def test_a_payment_method_needs_manual_creation(shop: Shop, page: Page) -> None:
    shop.open(page, **PAYMENT)
    ready(page)
    assert (
        "paymentMethodCreation"
        in (thrown(page, "await stripe.createPaymentMethod({ elements })") or ["", ""])[
            1
        ]
    )
    secret = shop.intent()["client_secret"]
    shop.open(page, **PAYMENT, paymentMethodCreation="manual")
    type_card(page)
    page.evaluate("async () => elements.submit()")
    call = (
        f"await stripe.confirmPayment({{ elements, clientSecret: '{secret}', redirect: "
        f"'if_required' }})"
    )
    assert "manual" in (thrown(page, call) or ["", ""])[1]


def test_a_confirmation_token_is_carried_to_the_server(shop: Shop, page: Page) -> None:
    shop.open(page, **PAYMENT)
    type_card(page)
    script = (
        "async () => { await elements.submit(); return stripe.createConfirmationToken({ elements, "
        "params: { return_url: 'https://shop.example/back' } }); }"
    )
    token = page.evaluate(script)["confirmationToken"]
    assert token["id"].startswith("ctoken_")
    assert token["payment_method_preview"]["card"]["last4"] == "4242"
    assert token["return_url"] == "https://shop.example/back"
    assert (
        shop.intent(confirmation_token=token["id"], confirm=True)["status"]
        == "succeeded"
    )


def test_a_server_confirms_and_the_page_does_what_is_next(
    shop: Shop, page: Page
) -> None:
    shop.open(page, **PAYMENT)
    type_card(page, "4000002760003184")
    token = page.evaluate(
        "async () => { await elements.submit(); return stripe.createConfirmationToken({ "
        "elements }); }"
    )
    token = token["confirmationToken"]
    intent = shop.intent(
        confirmation_token=token["id"],
        confirm=True,
        return_url="https://shop.example/back",
    )
    assert intent["status"] == "requires_action"
    page.evaluate(
        (
            "(clientSecret) => { stripe.handleNextAction({ clientSecret }).then((answer) => { "
            "window.next = answer; }); }"
        ),
        intent["client_secret"],
    )
    page.frame_locator("dialog iframe").get_by_role(
        "button", name="Complete authentication"
    ).click()
    until(page, "window.next !== undefined")
    assert page.evaluate("next.paymentIntent.status") == "succeeded"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("{ mode: 'subscription', amount: 1, currency: 'usd' }", "no subscriptions"),
        ("{ mode: 'gift' }", "mode should be one of"),
        ("{ mode: 'payment', currency: 'usd' }", "amount should be"),
        ("{ mode: 'payment', amount: 10.5, currency: 'usd' }", "amount should be"),
        ("{ mode: 'payment', amount: 1000 }", "currency is needed"),
        ("{ mode: 'payment', amount: 1000, currency: 'USD' }", "lower case"),
        (
            "{ mode: 'payment', amount: 1000, currency: 'usd', paymentMethodTypes: ['card'] }",
            "allowedPaymentMethodTypes",
        ),
        (
            (
                "{ mode: 'payment', amount: 1000, currency: 'usd', allowedPaymentMethodTypes: "
                "['klarna'] }"
            ),
            "must name card",
        ),
        (
            "{ mode: 'payment', amount: 1000, currency: 'usd', clientSecret: 'pi_1_secret_2' }",
            "either a clientSecret or a mode",
        ),
    ],
)
def test_options_that_cannot_be(
    shop: Shop, page: Page, options: str, says: str
) -> None:
    shop.open(page, **PAYMENT)
    name, message = thrown(page, f"stripe.elements({options})") or ["", ""]
    assert name == "IntegrationError"
    assert says in message


def test_options_of_deferred_mode_are_taken(shop: Shop, page: Page) -> None:
    shop.open(
        page,
        **PAYMENT,
        captureMethod="manual",
        setupFutureUsage="off_session",
        onBehalfOf="acct_1",
        allowedPaymentMethodTypes=["card"],
        paymentMethodOptions={},
        loader="auto",
        fonts=[],
    )
    type_card(page)
    intent = shop.intent(capture_method="manual", setup_future_usage="off_session")
    assert (
        page.evaluate(CONFIRM, intent["client_secret"])["paymentIntent"]["status"]
        == "requires_capture"
    )
