"""An element of the Stripe.js stand-in, from its mounting to its end (stripe-facts 16)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shop import Shop, card, heard, ready, type_card, until

pytestmark = pytest.mark.browser


def test_the_life_of_an_element_is_told(shop: Shop, page: Page) -> None:
    shop.open_new(page)
    type_card(page)
    # The frame's word comes by message.
    until(page, "log.some(([name, e]) => name === 'change' && e.complete)")
    names = page.evaluate("log.map(([name]) => name)")
    assert names[:2] == ["loaderstart", "ready"]
    assert {"focus", "change", "availablepaymentmethodschange"} <= set(names)
    first, last = heard(page, "change")[0], heard(page, "change")[-1]
    assert first == {
        "elementType": "payment",
        "empty": False,
        "complete": False,
        "collapsed": False,
        "value": {"type": "card"},
    }
    assert (last["empty"], last["complete"]) == (False, True)
    assert heard(page, "carddetailschange")[0]["details"] == {
        "brands": ["visa"],
        "funding": None,
    }
    page.evaluate("element.clear()")
    expect(card(page).get_by_label("Card number")).to_have_value("")
    until(page, "log.filter(([name]) => name === 'change').at(-1)[1].empty")


def test_focus_blur_and_escape(shop: Shop, page: Page) -> None:
    shop.open_new(page)
    ready(page)
    page.evaluate("element.focus()")
    expect(card(page).get_by_label("Card number")).to_be_focused()
    page.keyboard.press("Escape")
    until(page, "log.some(([name]) => name === 'escape')")
    page.evaluate("element.blur()")
    until(page, "log.some(([name]) => name === 'blur')")
    page.locator("#label").click()
    expect(card(page).get_by_label("Card number")).to_be_focused()


def test_handlers_come_and_go(shop: Shop, page: Page) -> None:
    shop.open_new(page)
    ready(page)
    page.evaluate(
        "() => { window.heard = []; const kept = () => heard.push('kept'); const gone = () => "
        "heard.push('gone');"
        "element.on('focus', kept).on('focus', gone).off('focus', gone).once('focus', () => "
        "heard.push('once')); element.focus(); }"
    )
    until(page, "heard.length === 2")
    page.evaluate("element.blur()")
    until(page, "log.some(([name]) => name === 'blur')")
    page.evaluate("element.focus()")
    until(page, "heard.length === 3")
    assert page.evaluate("heard") == ["kept", "once", "kept"]


def test_an_element_can_go_and_come_back_until_it_is_destroyed(
    shop: Shop, page: Page
) -> None:
    shop.open_new(page)
    ready(page)
    page.evaluate("element.unmount()")
    expect(page.locator("#element iframe")).to_have_count(0)
    page.evaluate("element.mount(document.getElementById('element'))")
    until(page, "log.filter(([name]) => name === 'ready').length === 2")
    assert page.evaluate("elements.getElement('payment') === element")
    page.evaluate("element.destroy()")
    assert page.evaluate("elements.getElement('payment')") is None
    assert "already been destroyed" in page.evaluate(
        "() => { try { element.mount('#element'); } catch (e) { return e.message; } }"
    )
    page.evaluate("elements.create('payment').mount('#element')")
    expect(card(page).get_by_label("Card number")).to_be_visible()


def test_a_wrong_secret_is_a_load_error(shop: Shop, page: Page) -> None:
    shop.open(page, clientSecret="pi_no_secret_no")
    until(page, "log.some(([name]) => name === 'loaderror')")
    assert heard(page, "loaderror")[0]["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("Stripe('sk_test_x')", "secret key"),
        ("Stripe('pk_live_x')", "test keys alone"),
        ("stripe.elements({ paymentMethodTypes: ['card'] })", "no longer supported"),
        ("stripe.elements({ clientSecret: 'nonsense' })", "Invalid client secret"),
        (
            "stripe.elements({}).create('payment')",
            "needs elements() with a clientSecret or a mode",
        ),
        ("elements.create('payment')", "Can only create one"),
        ("elements.create('card')", "payment element alone"),
        ("stripe.createToken()", "does not play stripe.createToken()"),
        ("element.mount('#nowhere')", "applies to no DOM elements"),
        (
            "await stripe.confirmPayment({ redirect: 'if_required' })",
            "either elements or clientSecret",
        ),
        (
            "await stripe.confirmPayment({ elements: {}, redirect: 'if_required' })",
            "what stripe.elements() answered",
        ),
        ("await stripe.confirmPayment({ elements })", "return_url is required"),
        (
            "await stripe.confirmPayment({ elements, redirect: 'never' })",
            "always or if_required",
        ),
        (
            "await stripe.confirmSetup({ elements, redirect: 'if_required' })",
            "that of a setup intent",
        ),
        ("element.unmount(); await elements.submit()", "mounted Payment Element"),
    ],
)
def test_mistakes_of_the_integrator_throw(
    shop: Shop, page: Page, script: str, says: str
) -> None:
    shop.open_new(page)
    caught = page.evaluate(
        f"async () => {{ try {{ {script} }} catch (e) {{ return [e.name, e.message]; }} }}"
    )
    assert caught[0] == "IntegrationError"
    assert says in caught[1]
