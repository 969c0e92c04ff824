"""Saved cards in the element, through a customer session (stripe-facts 9 and 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import AXE
from tests.browser.shop import Shop, card, heard, pay, ready, told, type_card, until

if TYPE_CHECKING:
    from typing import Any

pytestmark = pytest.mark.browser


def open_saved(
    shop: Shop, page: Page, *methods: str, **features: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The payment page of a customer; the customer and the intent."""
    customer = shop.customer(*methods)
    intent = shop.intent(customer=customer["id"])
    secret = shop.session(customer, **features)
    shop.open(
        page, clientSecret=intent["client_secret"], customerSessionClientSecret=secret
    )
    ready(page)
    return customer, intent


def choice(page: Page, name: str) -> Any:
    """One of the radio buttons."""
    return card(page).get_by_role("radio", name=name)


def test_a_saved_card_pays(shop: Shop, page: Page) -> None:
    _, intent = open_saved(shop, page, "pm_card_visa", "pm_card_mastercard")
    expect(card(page).get_by_role("radio")).to_have_count(3)
    choice(page, "Visa •••• 4242").or_(choice(page, "Visa ending in 4242")).check()
    expect(card(page).get_by_label("Card number")).to_be_hidden()
    pay(page)
    expect(told(page)).to_have_text("succeeded")
    charge = shop.api("GET", f"charges/{shop.now(intent)['latest_charge']}")
    assert charge["payment_method_details"]["card"]["last4"] == "4242"


def test_the_newest_card_is_chosen_and_complete_at_first(
    shop: Shop, page: Page
) -> None:
    open_saved(shop, page, "pm_card_visa")
    expect(choice(page, "Visa")).to_be_checked()
    until(page, "log.some(([name]) => name === 'change')")
    change = heard(page, "change")[0]
    assert (
        change["complete"],
        change["empty"],
        change["value"]["type"],
    ) == (True, False, "card")
    assert set(change["value"]["payment_method"]) == {"id", "type", "billing_details"}


def test_a_new_card_pays_and_is_not_kept(shop: Shop, page: Page) -> None:
    customer, _ = open_saved(shop, page, "pm_card_visa")
    choice(page, "New card").check()
    expect(card(page).get_by_role("checkbox")).to_have_count(0)
    type_card(page, "5555555555554444")
    pay(page)
    expect(told(page)).to_have_text("succeeded")
    assert (
        len(shop.api("GET", f"customers/{customer['id']}/payment_methods")["data"]) == 1
    )


def test_a_new_card_is_kept_when_the_box_is_ticked(shop: Shop, page: Page) -> None:
    customer, intent = open_saved(
        shop,
        page,
        payment_method_save="enabled",
        payment_method_save_usage="off_session",
    )
    type_card(page)
    until(
        page,
        "log.filter(([name]) => name === 'change').at(-1)?.[1].value.savePaymentMethod === false",
    )
    card(page).get_by_label("Save this card for future payments").check()
    until(
        page,
        "log.filter(([name]) => name === 'change').at(-1)[1].value.savePaymentMethod === true",
    )
    pay(page)
    expect(told(page)).to_have_text("succeeded")
    now = shop.now(intent)
    method = shop.api("GET", f"payment_methods/{now['payment_method']}")
    assert (
        now["setup_future_usage"],
        method["customer"],
        method["allow_redisplay"],
    ) == (
        "off_session",
        customer["id"],
        "always",
    )


def test_a_new_card_is_not_kept_when_the_box_is_left(shop: Shop, page: Page) -> None:
    _, intent = open_saved(
        shop,
        page,
        payment_method_save="enabled",
        payment_method_save_usage="off_session",
    )
    type_card(page)
    pay(page)
    expect(told(page)).to_have_text("succeeded")
    now = shop.now(intent)
    method = shop.api("GET", f"payment_methods/{now['payment_method']}")
    assert (
        now["setup_future_usage"],
        method["customer"],
        method["allow_redisplay"],
    ) == (
        None,
        None,
        "limited",
    )


def test_a_saved_card_is_removed_after_a_question(shop: Shop, page: Page) -> None:
    customer, _ = open_saved(
        shop,
        page,
        "pm_card_visa",
        "pm_card_mastercard",
        payment_method_remove="enabled",
    )
    card(page).get_by_role("button", name="Remove Visa ending in 4242").click()
    question = card(page).get_by_role("group", name="Remove this card?")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    question.get_by_role("button", name="Keep").click()
    expect(card(page).get_by_role("radio")).to_have_count(3)
    card(page).get_by_role("button", name="Remove Visa ending in 4242").click()
    question.get_by_role("button", name="Remove").click()
    expect(card(page).get_by_role("radio")).to_have_count(2)
    until(page, "log.some(([name]) => name === 'savedpaymentmethodremove')")
    event = heard(page, "savedpaymentmethodremove")[0]
    assert event["success"] is True
    left = shop.api("GET", f"customers/{customer['id']}/payment_methods")["data"]
    assert [method["card"]["last4"] for method in left] == ["4444"]
    assert event["payment_method"]["id"] not in {method["id"] for method in left}


def test_a_removal_that_fails_is_told(shop: Shop, page: Page) -> None:
    customer, _ = open_saved(
        shop, page, "pm_card_visa", payment_method_remove="enabled"
    )
    method = shop.api("GET", f"customers/{customer['id']}/payment_methods")["data"][0]
    shop.api("POST", f"payment_methods/{method['id']}/detach")
    card(page).get_by_role("button", name="Remove Visa").click()
    card(page).get_by_role("group").get_by_role("button", name="Remove").click()
    until(page, "log.some(([name]) => name === 'savedpaymentmethodremove')")
    event = heard(page, "savedpaymentmethodremove")[0]
    assert event["success"] is False
    assert event["error"]


def test_cards_cannot_be_removed_where_the_session_does_not_say_so(
    shop: Shop, page: Page
) -> None:
    open_saved(shop, page, "pm_card_visa")
    expect(card(page).get_by_role("button", name="Remove Visa")).to_have_count(0)


def test_the_choice_is_made_with_the_keyboard(shop: Shop, page: Page) -> None:
    open_saved(shop, page, "pm_card_visa", "pm_card_mastercard")
    page.evaluate("element.focus()")
    expect(choice(page, "Mastercard")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(choice(page, "Visa")).to_be_checked()
    expect(choice(page, "Visa")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(choice(page, "New card")).to_be_checked()
    page.keyboard.press("Tab")
    expect(card(page).get_by_label("Card number")).to_be_focused()


def test_a_session_that_is_wrong_is_a_load_error(shop: Shop, page: Page) -> None:
    intent = shop.intent()
    shop.open(
        page,
        clientSecret=intent["client_secret"],
        customerSessionClientSecret="cuss_secret_wrong",
    )
    until(page, "log.some(([name]) => name === 'loaderror')")


def test_a_saved_card_becomes_a_confirmation_token(shop: Shop, page: Page) -> None:
    customer = shop.customer("pm_card_visa")
    shop.open(
        page,
        mode="payment",
        amount=1000,
        currency="usd",
        customerSessionClientSecret=shop.session(customer),
    )
    ready(page)
    token = page.evaluate(
        "async () => { await elements.submit(); return stripe.createConfirmationToken({ "
        "elements }); }"
    )
    assert (
        token["confirmationToken"]["payment_method_preview"]["customer"]
        == customer["id"]
    )


@pytest.mark.parametrize("theme", ["stripe", "night"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_element_fits_and_axe_finds_nothing(
    shop: Shop, page: Page, width: int, theme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    customer = shop.customer("pm_card_visa", "pm_card_mastercard")
    secret = shop.session(
        customer,
        payment_method_remove="enabled",
        payment_method_save="enabled",
        payment_method_save_usage="off_session",
    )
    intent = shop.intent(customer=customer["id"])
    shop.open(
        page,
        clientSecret=intent["client_secret"],
        customerSessionClientSecret=secret,
        appearance={"theme": theme},
    )
    ready(page)
    # axe looks at the frame alone, which is transparent: what shines through is put there for it
    page.frames[1].evaluate(
        f"document.documentElement.style.background = '{'#1b1b22' if theme == 'night' else '#fff'}'"
    )
    for name in ("Visa", "New card"):
        choice(page, name).check()
        if name == "Visa":
            card(page).get_by_role("button", name="Remove Visa").click()
        frame = page.frames[1]
        frame.evaluate(AXE)
        found = frame.evaluate(
            "axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', "
            "'wcag21a', 'wcag21aa'] })"
        )
        assert [violation["id"] for violation in found["violations"]] == []
        assert frame.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
        until(
            page,
            (
                "Math.abs(document.querySelector('iframe').offsetHeight - "
                f"{frame.evaluate('document.body.offsetHeight')}) <= 1"
            ),
        )
