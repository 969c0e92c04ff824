"""How the element looks, and how its look changes: appearance, rules, options, language
(stripe-facts 16).
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shop import Shop, card, heard, pay, ready, told, type_card, until

pytestmark = pytest.mark.browser

HEIGHT = "document.querySelector('iframe').offsetHeight"


def test_the_frame_has_its_height_from_the_start(shop: Shop, page: Page) -> None:
    shop.open_new(page, variables={"fontSizeBase": "17px", "spacingUnit": "5px"})
    first = page.evaluate(HEIGHT)
    ready(page)
    pay(page)
    expect(told(page)).to_have_text("Your card number is incomplete.")
    assert page.evaluate(HEIGHT) == first
    assert card(page).locator("body").evaluate("e => e.scrollHeight <= innerHeight")


@pytest.mark.parametrize("theme", ["stripe", "night", "flat", "none"])
def test_no_theme_jumps(shop: Shop, page: Page, theme: str) -> None:
    shop.open_new(page, theme=theme)
    first = page.evaluate(HEIGHT)
    ready(page)
    # Its answer comes after any word of another height.
    page.evaluate("async () => elements.update({ locale: 'en' })")
    assert page.evaluate(HEIGHT) == first
    assert card(page).locator(":root").get_attribute("data-theme") == theme


def test_the_appearance_is_honoured(shop: Shop, page: Page) -> None:
    shop.open_new(
        page,
        theme="night",
        variables={
            "colorBackground": "#102030",
            "borderRadius": "9px",
            "gridRowSpacing": "20px",
        },
    )
    field = card(page).get_by_label("Card number")
    expect(field).to_have_css("background-color", "rgb(16, 32, 48)")
    expect(field).to_have_css("border-top-left-radius", "9px")
    expect(card(page).locator("#fresh")).to_have_css("row-gap", "20px")


@pytest.mark.parametrize("family", ["Own", "Sheet"])
def test_the_frame_is_set_in_the_fonts_of_the_page(
    shop: Shop, page: Page, family: str
) -> None:
    own = {"family": "Own", "src": f"url({shop.url}/fonts/own.woff2)", "weight": "400"}
    fonts = [own, {"cssSrc": "/fonts.css"}, {"cssSrc": "/no-stylesheet"}]
    appearance = {"variables": {"fontFamily": family}}
    with page.expect_response(
        lambda answer: answer.url.endswith(f"/fonts/{family.lower()}.woff2")
    ) as font:
        shop.open(
            page,
            clientSecret=shop.intent()["client_secret"],
            appearance=appearance,
            fonts=fonts,
        )
        ready(page)
    font.value.finished()
    faces = (
        card(page)
        .locator("body")
        .evaluate(
            "() => document.fonts.ready.then(all => [...all].map(f => [f.family, f.status]))"
        )
    )
    assert [family, "loaded"] in faces


def test_rules_style_what_they_may(shop: Shop, page: Page) -> None:
    rules = {
        ".Input": {
            "borderColor": "rgb(1, 2, 3)",
            "position": "fixed",
            "backgroundColor": "url(https://spy.example/x.png)",
        },
        ".Input:focus": {"boxShadow": "rgb(4, 5, 6) 0px 0px 0px 2px"},
        ".Input--invalid": {"borderColor": "rgb(7, 8, 9)"},
        ".Label": {"textTransform": "uppercase", "fontWeight": "700"},
        "body": {"backgroundColor": "red"},
        ".Label, body": {"backgroundColor": "red"},
        ".Input {} body": {"backgroundColor": "red"},
    }
    shop.open_new(page, rules=rules)
    field = card(page).get_by_label("Card number")
    expect(field).to_have_css("border-top-color", "rgb(1, 2, 3)")
    expect(field).to_have_css("position", "static")
    expect(card(page).locator("label[for=number]")).to_have_css(
        "text-transform", "uppercase"
    )
    expect(card(page).locator("body")).to_have_css(
        "background-color", "rgba(0, 0, 0, 0)"
    )
    field.focus()
    expect(field).to_have_css("box-shadow", "rgb(4, 5, 6) 0px 0px 0px 2px")
    ready(page)
    pay(page)
    expect(card(page).get_by_label("Expiry date")).to_have_css(
        "border-top-color", "rgb(7, 8, 9)"
    )


def test_a_field_that_is_wrong_shows_so_whatever_a_page_says_of_fields(
    shop: Shop, page: Page
) -> None:
    shop.open_new(
        page,
        rules={".Input": {"borderColor": "rgb(1, 2, 3)"}},
        variables={"colorDanger": "rgb(7, 8, 9)"},
    )
    ready(page)
    pay(page)
    expect(card(page).get_by_label("Expiry date")).to_have_css(
        "border-top-color", "rgb(7, 8, 9)"
    )


def test_the_appearance_changes_with_an_update(shop: Shop, page: Page) -> None:
    shop.open_new(
        page,
        rules={".Input": {"borderColor": "rgb(1, 2, 3)"}},
        variables={"colorBackground": "#102030"},
    )
    ready(page)
    type_card(page, cvc="12")
    page.evaluate(
        "async () => elements.update({ appearance: { theme: 'night', variables: { colorText: "
        "'rgb(9, 9, 9)' } } })"
    )
    field = card(page).get_by_label("Card number")
    expect(field).to_have_css("color", "rgb(9, 9, 9)")
    expect(field).not_to_have_css("border-top-color", "rgb(1, 2, 3)")
    expect(field).not_to_have_css("background-color", "rgb(16, 32, 48)")
    assert field.input_value() == "4242 4242 4242 4242"
    assert page.evaluate("document.querySelector('iframe').style.colorScheme") == "dark"


def test_it_speaks_the_language_of_the_page(shop: Shop, page: Page) -> None:
    intent = shop.intent()
    shop.open(page, clientSecret=intent["client_secret"], locale="fr")
    expect(card(page).get_by_label("Numéro de carte")).to_be_visible()
    assert card(page).locator("html").get_attribute("lang") == "fr"
    page.evaluate("async () => elements.update({ locale: 'de' })")
    expect(card(page).get_by_label("Kartennummer")).to_be_visible()
    error = page.evaluate("async () => (await elements.submit()).error")
    assert (error["code"], error["message"]) == (
        "incomplete_number",
        "Die Kartennummer ist unvollständig.",
    )
    shop.open(page, clientSecret=intent["client_secret"], init={"locale": "de"})
    expect(card(page).get_by_label("Kartennummer")).to_be_visible()
    shop.open(page, clientSecret=intent["client_secret"], locale="nl")
    expect(card(page).get_by_label("Card number")).to_be_visible()


def test_default_values_go_with_the_card(shop: Shop, page: Page) -> None:
    intent = shop.intent()
    details = {
        "name": "Jenny",
        "email": "jenny@example.test",
        "address": {"country": "LU", "city": "Luxembourg"},
    }
    shop.open(
        page,
        create={"defaultValues": {"billingDetails": details}},
        clientSecret=intent["client_secret"],
    )
    type_card(page)
    script = """async () => stripe.confirmPayment({ elements, redirect: 'if_required',
      confirmParams: { payment_method_data: { billing_details: { name: 'Rosen', address: { country: 'DE' } }, metadata: { a: 'b' } } } })"""
    assert page.evaluate(script)["paymentIntent"]["status"] == "succeeded"
    method = shop.api("GET", f"payment_methods/{shop.now(intent)['payment_method']}")
    billing = method["billing_details"]
    assert (
        billing["name"],
        billing["email"],
        billing["address"]["country"],
        billing["address"]["city"],
    ) == (
        "Rosen",
        "jenny@example.test",
        "DE",
        "Luxembourg",
    )
    assert method["metadata"] == {"a": "b"}


def test_fields_that_are_never_asked_must_be_given(shop: Shop, page: Page) -> None:
    intent = shop.intent()
    fields = {"billingDetails": {"name": "never", "address": {"country": "never"}}}
    shop.open(page, create={"fields": fields}, clientSecret=intent["client_secret"])
    type_card(page)
    call = (
        "stripe.confirmPayment({ elements, redirect: 'if_required', confirmParams: { "
        "payment_method_data: { billing_details: %s } } })"
    )
    message = page.evaluate(
        f"async () => {{ try {{ await {call % '{}'}; }} catch (e) {{ return e.message; }} }}"
    )
    assert 'You specified "never" for fields.billing_details.name' in message
    answer = page.evaluate(
        f"async () => {call % '''{ name: 'Jenny', address: { country: 'LU' } }'''}"
    )
    assert answer["paymentIntent"]["status"] == "succeeded"


def test_a_form_that_may_only_be_read(shop: Shop, page: Page) -> None:
    intent = shop.intent()
    shop.open(page, create={"readOnly": True}, clientSecret=intent["client_secret"])
    expect(card(page).get_by_label("Card number")).to_be_disabled()
    ready(page)
    page.evaluate("element.update({ readOnly: false })")
    expect(card(page).get_by_label("Card number")).to_be_enabled()


def test_terms_stand_where_a_card_is_kept(shop: Shop, page: Page) -> None:
    terms = "you allow Atelier to charge your card for future payments"
    create = {"business": {"name": "Atelier"}}
    kept, plain = shop.intent(setup_future_usage="off_session"), shop.intent()
    shop.open(page, create=create, clientSecret=kept["client_secret"])
    expect(card(page).get_by_text(terms)).to_be_visible()
    shop.open(
        page,
        create={**create, "terms": {"card": "never"}},
        clientSecret=kept["client_secret"],
    )
    ready(page)
    expect(card(page).get_by_text(terms)).to_be_hidden()
    shop.open(page, create=create, clientSecret=plain["client_secret"])
    ready(page)
    expect(card(page).locator("#terms")).to_be_hidden()
    before = page.evaluate(HEIGHT)
    page.evaluate("element.update({ terms: { card: 'always' } })")
    expect(card(page).get_by_text(terms)).to_be_visible()
    until(page, f"{HEIGHT} > {before}")
    shop.open(page, create=create, clientSecret=shop.setup()["client_secret"])
    expect(card(page).get_by_text(terms)).to_be_visible()


def test_fetching_updates_shows_what_has_changed(shop: Shop, page: Page) -> None:
    intent = shop.open_new(page)
    ready(page)
    expect(card(page).locator("#terms")).to_be_hidden()
    shop.api(
        "POST", f"payment_intents/{intent['id']}", setup_future_usage="off_session"
    )
    page.evaluate("async () => elements.fetchUpdates()")
    expect(card(page).locator("#terms")).to_be_visible()


@pytest.mark.parametrize(
    "layout",
    [
        "accordion",
        {"type": "accordion", "spacedAccordionItems": True, "radios": "never"},
        "tabs",
    ],
)
def test_it_collapses_and_opens_again(shop: Shop, page: Page, layout: object) -> None:
    intent = shop.intent()
    shop.open(page, create={"layout": layout}, clientSecret=intent["client_secret"])
    ready(page)
    expect(card(page).get_by_label("Card number")).to_be_visible()
    page.evaluate("element.collapse()")
    expect(card(page).get_by_label("Card number")).to_be_hidden()
    until(page, "log.some(([name, e]) => name === 'change' && e.collapsed)")
    assert (
        page.evaluate("async () => (await elements.submit()).error.type")
        == "validation_error"
    )
    card(page).locator(".choice label").click()
    type_card(page)
    pay(page)
    expect(told(page)).to_have_text("succeeded")


def test_it_can_begin_collapsed(shop: Shop, page: Page) -> None:
    intent = shop.intent()
    shop.open(
        page,
        create={"layout": {"type": "accordion", "defaultCollapsed": True}},
        clientSecret=intent["client_secret"],
    )
    ready(page)
    expect(card(page).get_by_label("Card number")).to_be_hidden()
    expect(card(page).get_by_role("radio", name="Card")).not_to_be_checked()


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (
            "elements.getElement('payment').update({ layout: 'sideways' })",
            "layout should be one of",
        ),
        (
            "stripe.elements({ mode: 'setup' }).create('payment', { layout: { type: 'grid' } })",
            "layout should be one of",
        ),
    ],
)
def test_layouts_that_there_are_not(
    shop: Shop, page: Page, script: str, says: str
) -> None:
    shop.open_new(page)
    assert says in page.evaluate(
        f"() => {{ try {{ {script} }} catch (e) {{ return e.message; }} }}"
    )


def test_options_that_it_does_not_know_are_only_warned_of(
    shop: Shop, page: Page
) -> None:
    warned: list[str] = []
    page.on(
        "console",
        lambda message: (
            warned.append(message.text) if message.type == "warning" else None
        ),
    )
    intent = shop.intent()
    known = {
        "wallets": {"applePay": "never", "googlePay": "never"},
        "paymentMethodOrder": ["card"],
        "walletOptions": {},
        "applePay": {},
    }
    shop.open(
        page,
        create={**known, "sparkle": True},
        clientSecret=intent["client_secret"],
        loader="never",
        glitter=1,
    )
    ready(page)
    assert heard(page, "loaderror") == []
    assert [("sparkle" in text, "glitter" in text) for text in warned] == [
        (False, True),
        (True, False),
    ]


def test_card_data_never_reaches_the_page(shop: Shop, page: Page) -> None:
    sent: list[tuple[str, str]] = []
    page.on(
        "request",
        lambda request: sent.append(
            (request.frame.url, f"{request.url} {request.post_data or ''}")
        ),
    )
    shop.open_new(page)
    type_card(page)
    pay(page)
    expect(told(page)).to_have_text("succeeded")
    carrying = [frame for frame, text in sent if "4242424242424242" in text]
    assert len(carrying) == 1
    assert carrying[0].startswith(f"{shop.sandbox.base_url}/js/elements/payment")
    assert "4242424242424242" not in page.evaluate(
        "JSON.stringify(log) + document.documentElement.outerHTML"
    )
