"""A shop's payment page on an origin of its own, under a strict policy, with the stand-in's
Stripe.js on it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import FrameLocator, Page

from tests.support.sandbox import RunningSandbox

KEY = "sk_test_markethall"
FONT = Path(__file__).parents[2] / "static/vendor/inter/inter-latin-wght-normal.woff2"
EVENTS = (
    "loaderstart",
    "ready",
    "change",
    "focus",
    "blur",
    "escape",
    "loaderror",
    "carddetailschange",
    "savedpaymentmethodremove",
    "availablepaymentmethodschange",
)
SCRIPT = """
const { options, create, redirect, init, names, call } = JSON.parse(document.currentScript.dataset.settings);
window.log = [];
Object.assign(window, { enters: 0, submits: 0 });
addEventListener('message', ({ data }) => { if (data.name === 'enter') enters += 1; });
const stripe = Stripe('pk_test_markethall', init);
const elements = stripe.elements(options);
const element = elements.create('payment', create);
for (const name of names) element.on(name, (e) => log.push([name, e]));
element.mount('#element');
Object.assign(window, { stripe, elements, element });
document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  submits += 1;
  const { error, paymentIntent, setupIntent } = await stripe[call]({ elements, confirmParams: { return_url: `${location.origin}/back` }, redirect });
  document.getElementById('told').textContent = error ? error.message : (paymentIntent || setupIntent).status;
});
"""


class Shop:
    """The shop, and the stand-in that it talks to."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, text = shop.answer(self.path)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Access-Control-Allow-Origin", "*")
                source = sandbox.base_url
                policy = (
                    f"default-src 'none'; img-src data:; script-src 'self' {source}; frame-src "
                    f"{source}; connect-src 'self' {source}"
                )
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path: str) -> tuple[str, bytes]:
        """What stands at an address of the shop."""
        if path.startswith("/fonts/"):
            return "font/woff2", FONT.read_bytes()
        kind, text = self._text(path)
        return f"{kind}; charset=utf-8", text.encode()

    def _text(self, path: str) -> tuple[str, str]:
        if path.startswith("/shop.js"):
            return "text/javascript", SCRIPT
        if path.startswith("/fonts.css"):
            return (
                "text/css",
                (
                    "@font-face { font-family: 'Sheet'; font-weight: 400; src: "
                    "url('fonts/sheet.woff2') format('woff2'); }"
                ),
            )
        if not path.startswith("/pay"):
            return (
                "text/html",
                "<!doctype html><link rel=icon href='data:,'><h1>Back in the shop</h1>",
            )
        settings = (
            parse_qs(urlsplit(path).query)["settings"][0]
            .replace("&", "&amp;")
            .replace('"', "&quot;")
        )
        return "text/html", (
            "<!doctype html><html lang=en><title>Pay</title><meta name=viewport "
            "content='width=device-width'>"
            "<link rel=icon href='data:,'><h1>Pay</h1><form><label for=element "
            "id=label>Card</label><div id=element></div>"
            "<p id=told role=status></p><button>Pay</button></form><script "
            f"src='{self.sandbox.base_url}/js/stripe.js'>"
            f'</script><script src="/shop.js" data-settings="{settings}"></script></html>'
        )

    def api(
        self,
        method: str,
        path: str,
        *,
        on_account: str = "",
        **params: Any,
    ) -> dict[str, Any]:
        """The API, asked with the secret key, on the platform's own account or on a connected
        one.
        """
        headers = {
            "Authorization": f"Bearer {KEY}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        headers |= {"Stripe-Account": on_account} if on_account else {}
        body = urlencode(_flat(params)) if params else None
        answer: dict[str, Any] = json.loads(
            self.sandbox.request(method, f"/v1/{path}", body, headers)[1]
        )
        return answer

    def intent(self, **params: Any) -> dict[str, Any]:
        """A new intent over ten dollars, or over something else."""
        return self.api(
            "POST", "payment_intents", **{"amount": 1000, "currency": "usd", **params}
        )

    def setup(self, **params: Any) -> dict[str, Any]:
        """A new setup intent."""
        return self.api("POST", "setup_intents", **{"usage": "off_session", **params})

    def now(self, intent: dict[str, Any]) -> dict[str, Any]:
        """An intent as it stands now."""
        return self.api("GET", f"{intent['object']}s/{intent['id']}")

    def status(self, intent: dict[str, Any]) -> str:
        """How an intent stands now."""
        return str(self.now(intent)["status"])

    def open(
        self,
        page: Page,
        *,
        redirect: str = "if_required",
        create: Any = None,
        init: Any = None,
        call: str = "confirmPayment",
        **options: Any,
    ) -> None:
        """The payment page; `options` are those of elements(), `create` those of the element."""
        settings = {
            "options": options,
            "create": create or {},
            "redirect": redirect,
            "init": init or {},
            "names": EVENTS,
            "call": call,
        }
        page.goto(f"{self.url}/pay?{urlencode({'settings': json.dumps(settings)})}")

    def open_new(
        self, page: Page, *, redirect: str = "if_required", **appearance: Any
    ) -> dict[str, Any]:
        """The payment page with a fresh intent."""
        intent = self.intent()
        self.open(
            page,
            redirect=redirect,
            clientSecret=intent["client_secret"],
            appearance=appearance,
        )
        return intent

    def customer(self, *methods: str) -> dict[str, Any]:
        """A customer with saved cards that may be shown again."""
        customer = self.api("POST", "customers", email="saved@example.test")
        for method in methods:
            made = self.api(
                "POST", f"payment_methods/{method}/attach", customer=customer["id"]
            )
            self.api("POST", f"payment_methods/{made['id']}", allow_redisplay="always")
        return customer

    def session(self, customer: dict[str, Any], **features: str) -> str:
        """The secret of a customer session that shows saved cards."""
        component = {
            "enabled": True,
            "features": {"payment_method_redisplay": "enabled", **features},
        }
        made = self.api(
            "POST",
            "customer_sessions",
            customer=customer["id"],
            components={"payment_element": component},
        )
        return str(made["client_secret"])


def _flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [
            pair
            for key, inner in value.items()
            for pair in _flat(inner, f"{path}[{key}]" if path else key)
        ]
    if isinstance(value, list):
        return [
            pair
            for place, inner in enumerate(value)
            for pair in _flat(inner, f"{path}[{place}]")
        ]
    return [
        (
            path,
            str(value).lower() if isinstance(value, bool) else str(value),
        )
    ]


@contextmanager
def running_shop() -> Iterator[Shop]:
    """A shop and its stand-in, until the block ends."""
    with RunningSandbox() as sandbox:
        shop = Shop(sandbox)
        thread = threading.Thread(
            target=shop.server.serve_forever,
            kwargs={"poll_interval": 0.02},
            daemon=True,
        )
        thread.start()
        yield shop
        shop.server.shutdown()
        shop.server.server_close()
        thread.join()


def card(page: Page) -> FrameLocator:
    """The frame that card data is typed into."""
    return page.frame_locator("#element iframe")


def type_card(
    page: Page, number: str = "4242424242424242", expiry: str = "1234", cvc: str = "123"
) -> None:
    """Type a card as a person does."""
    for label, text in (
        ("Card number", number),
        ("Expiry date", expiry),
        ("Security code", cvc),
    ):
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
    deadline = time.monotonic() + 20
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never: {expression}"
        time.sleep(0.02)


def ready(page: Page) -> None:
    """Wait until the element says that it is ready."""
    until(page, "log.some(([name]) => name === 'ready')")


def heard(page: Page, name: str) -> list[dict[str, Any]]:
    """The events of one name, oldest first."""
    found: list[dict[str, Any]] = page.evaluate(
        "(name) => log.filter(([n]) => n === name).map(([, e]) => e)", name
    )
    return found
