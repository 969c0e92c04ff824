"""The Stripe.js stand-in on a page of another origin under a strict policy (stripe.md section 16)."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCRIPT = """
const { base, secret, mode, appearance } = JSON.parse(document.currentScript.dataset.settings);
window.log = [];
const stripe = Stripe('pk_test_markethall');
const elements = stripe.elements({ clientSecret: secret, appearance });
const element = elements.create('payment');
for (const name of ['loaderstart', 'ready', 'change', 'focus', 'blur', 'escape', 'loaderror']) element.on(name, (e) => log.push([name, e.complete]));
element.mount('#element');
Object.assign(window, { stripe, elements, element });
document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { error, paymentIntent } = await stripe.confirmPayment({ elements, confirmParams: { return_url: `${location.origin}/back` }, redirect: mode });
  document.getElementById('told').textContent = error ? error.message : paymentIntent.status;
});
"""


class Shop:
    """A page with a Payment Element, on an origin of its own."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, text = shop.answer(self.path)
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                source = sandbox.base_url
                policy = f"default-src 'none'; img-src data:; script-src 'self' {source}; frame-src {source}; connect-src {source}"
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path: str) -> tuple[str, str]:
        """What stands at an address of the shop."""
        if path.startswith("/shop.js"):
            return "text/javascript", SCRIPT
        if not path.startswith("/pay"):
            return "text/html", "<!doctype html><link rel=icon href='data:,'><h1>Back in the shop</h1>"
        settings = parse_qs(urlsplit(path).query)["settings"][0].replace("&", "&amp;").replace('"', "&quot;")
        return "text/html", (
            "<!doctype html><html lang=en><title>Pay</title><link rel=icon href='data:,'><form><div id=element></div>"
            f"<p id=told role=status></p><button>Pay</button></form><script src='{self.sandbox.base_url}/js/stripe.js'>"
            f'</script><script src="/shop.js" data-settings="{settings}"></script></html>'
        )

    def intent(self) -> dict[str, Any]:
        """A new intent over ten dollars."""
        return self.api("POST", "/v1/payment_intents", urlencode({"amount": 1000, "currency": "usd"}))

    def api(self, method: str, path: str, body: str | None = None) -> dict[str, Any]:
        """The API, asked with the secret key."""
        headers = {"Authorization": "Bearer sk_test_markethall", "Content-Type": "application/x-www-form-urlencoded"}
        answer: dict[str, Any] = json.loads(self.sandbox.request(method, path, body, headers)[1])
        return answer

    def status(self, intent: dict[str, Any]) -> str:
        """How an intent stands now."""
        return str(self.api("GET", f"/v1/payment_intents/{intent['id']}")["status"])

    def open(
        self, page: Page, *, mode: str = "if_required", secret: str | None = None, **appearance: Any
    ) -> dict[str, Any]:
        """The payment page with a fresh intent."""
        intent = self.intent()
        settings = {"secret": secret or intent["client_secret"], "mode": mode, "appearance": appearance}
        page.goto(f"{self.url}/pay?{urlencode({'settings': json.dumps(settings)})}")
        return intent


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A shop and its stand-in."""
    with RunningSandbox() as sandbox:
        shop = Shop(sandbox)
        thread = threading.Thread(target=shop.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield shop
        shop.server.shutdown()
        shop.server.server_close()
        thread.join()


def card(page: Page) -> FrameLocator:
    """The frame that card data is typed into."""
    return page.frame_locator("#element iframe")


def type_card(page: Page, number: str, expiry: str = "1234", cvc: str = "123") -> None:
    """Type a card as a person does."""
    for label, text in (("Card number", number), ("Expiry date", expiry), ("Security code", cvc)):
        card(page).get_by_label(label).fill("")
        card(page).get_by_label(label).press_sequentially(text)


def pay(page: Page) -> None:
    """Press the button."""
    page.get_by_role("button", name="Pay").click()


def told(page: Page) -> Any:
    """What the page says about the outcome."""
    return page.locator("#told")


def until(page: Page, expression: str) -> None:
    """Wait for a condition; the page's policy forbids Playwright's own way."""
    deadline = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never: {expression}"
        time.sleep(0.02)


def test_what_is_typed_is_formatted(shop: Shop, page: Page) -> None:
    shop.open(page)
    type_card(page, "4242424242424242")
    assert card(page).get_by_label("Card number").input_value() == "4242 4242 4242 4242"
    assert card(page).get_by_label("Expiry date").input_value() == "12 / 34"
    type_card(page, "378282246310005", cvc="1234")
    assert card(page).get_by_label("Card number").input_value() == "3782 822463 10005"
    assert card(page).get_by_label("Security code").input_value() == "1234"


def test_the_frame_has_its_height_from_the_start(shop: Shop, page: Page) -> None:
    shop.open(page, variables={"fontSizeBase": "17px", "spacingUnit": "5px"})
    height = "document.querySelector('iframe').offsetHeight"
    first = page.evaluate(height)
    until(page, "log.some(([name]) => name === 'ready')")
    pay(page)
    expect(told(page)).to_have_text("Your card number is incomplete.")
    assert page.evaluate(height) == first
    assert card(page).locator("body").evaluate("e => e.scrollHeight <= innerHeight")


def test_the_appearance_is_honoured(shop: Shop, page: Page) -> None:
    shop.open(page, theme="night", variables={"colorBackground": "#102030", "borderRadius": "9px"})
    field = card(page).get_by_label("Card number")
    expect(field).to_have_css("background-color", "rgb(16, 32, 48)")
    expect(field).to_have_css("border-top-left-radius", "9px")


def test_success_returns_with_the_names_of_stripe(shop: Shop, page: Page) -> None:
    intent = shop.open(page, mode="always")
    type_card(page, "4242424242424242")
    pay(page)
    page.wait_for_url("**/back?**")
    query = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert query == {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": intent["client_secret"],
        "redirect_status": "succeeded",
    }
    assert shop.status(intent) == "succeeded"


def test_a_decline_is_told_and_another_card_pays(shop: Shop, page: Page) -> None:
    intent = shop.open(page)
    type_card(page, "4000000000009995")
    pay(page)
    expect(told(page)).to_have_text("Your card has insufficient funds.")
    type_card(page, "4242424242424242")
    pay(page)
    expect(told(page)).to_have_text("succeeded")
    assert shop.status(intent) == "succeeded"


@pytest.mark.parametrize(
    ("typed", "message", "field", "short"),
    [
        (("4242424242424241", "1234", "123"), "Your card number is invalid.", "number", "Your card number is invalid."),
        (
            ("4242424242424242", "1220", "123"),
            "Your card’s expiration year is in the past.",
            "expiry",
            "Year is in the past.",
        ),
        (("4242424242424242", "1234", "12"), "Your card’s security code is incomplete.", "cvc", "Code is incomplete."),
        (("4000000000000127", "1234", "123"), "Your card's security code is incorrect.", "cvc", "Code is incorrect."),
    ],
)
def test_mistakes_are_told_beside_the_field(  # noqa: PLR0917 - fixtures and a table row
    shop: Shop, page: Page, typed: tuple[str, str, str], message: str, field: str, short: str
) -> None:
    shop.open(page)
    type_card(page, *typed)
    pay(page)
    expect(told(page)).to_have_text(message)
    expect(card(page).locator(f"#{field}-error")).to_have_text(short)
    expect(card(page).locator(f"#{field}")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(
    ("press", "says", "status"),
    [
        ("Complete authentication", "succeeded", "succeeded"),
        ("Fail authentication", "We are unable to authenticate your payment method.", "requires_payment_method"),
        ("Escape", "We are unable to authenticate your payment method.", "requires_payment_method"),
        ("Close", "We are unable to authenticate your payment method.", "requires_payment_method"),
    ],
)
def test_the_challenge_opens_over_the_page(shop: Shop, page: Page, press: str, says: str, status: str) -> None:
    intent = shop.open(page)
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


def test_the_life_of_an_element_is_told(shop: Shop, page: Page) -> None:
    shop.open(page)
    type_card(page, "4242424242424242")
    until(page, "log.some(([name, complete]) => name === 'change' && complete)")  # the frame's word comes by message
    names = page.evaluate("log.map(([name]) => name)")
    assert names[:2] == ["loaderstart", "ready"]
    assert {"focus", "change"} <= set(names)
    page.evaluate("element.clear()")
    expect(card(page).get_by_label("Card number")).to_have_value("")


def test_a_wrong_secret_is_a_load_error(shop: Shop, page: Page) -> None:
    shop.open(page, secret="pi_no_secret_no")
    until(page, "log.some(([name]) => name === 'loaderror')")


def test_submit_and_retrieve(shop: Shop, page: Page) -> None:
    intent = shop.open(page)
    until(page, "log.some(([name]) => name === 'ready')")
    assert page.evaluate("async () => (await elements.submit()).error.type") == "validation_error"
    type_card(page, "4242424242424242")
    assert page.evaluate("async () => (await elements.submit()).selectedPaymentMethod") == "card"
    script = "async (secret) => (await stripe.retrievePaymentIntent(secret)).paymentIntent"
    assert page.evaluate(script, intent["client_secret"])["status"] == "requires_payment_method"
    assert page.evaluate("async () => Object.keys(await elements.fetchUpdates()).length") == 0


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("Stripe('sk_test_x')", "secret key"),
        ("stripe.elements({ paymentMethodTypes: ['card'] })", "no longer supported"),
        ("stripe.elements({ clientSecret: 'nonsense' })", "Invalid client secret"),
        ("elements.create('payment')", "Can only create one"),
        ("element.mount('#nowhere')", "applies to no DOM elements"),
    ],
)
def test_mistakes_of_the_integrator_throw(shop: Shop, page: Page, script: str, says: str) -> None:
    shop.open(page)
    caught = page.evaluate(f"() => {{ try {{ {script} }} catch (e) {{ return [e.name, e.message]; }} }}")
    assert caught[0] == "IntegrationError"
    assert says in caught[1]
