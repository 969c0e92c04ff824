"""What a person does, by the names they see: steps that several browser tests share."""

from __future__ import annotations

import email
import email.policy
import re
import time
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page

    from tests.browser.conftest import Server


def fill_basket(
    page: Page,
    server: Server,
    vendor: str = "atelier-luxe",
    product: str = "Card wallet",
) -> None:
    """Open a shop, choose a product, and go to the basket."""
    page.goto(f"{server.url}/shops/{vendor}")
    page.locator("main").get_by_role("link", name=product).first.click()
    put_in(page, page.get_by_role("button", name="Add to basket"))
    page.goto(f"{server.url}/shop/basket")
    expect(page.get_by_role("heading", name="Basket", level=1)).to_be_visible()


def put_in(page: Page, button: Locator) -> None:
    """Press the button that puts a product into the basket, and wait for the answer, which brings
    the basket's cookie.
    """
    with page.expect_response(lambda answer: answer.request.method == "POST") as added:
        button.click()
    added.value.finished()


def give_address(page: Page, email: str = "ada@example.test") -> None:
    """From the basket through the contact form to the payment page."""
    page.get_by_role("link", name="Checkout").click()
    expect(page.get_by_role("heading", name="Checkout")).to_be_visible()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Full name").fill("Ada Lovelace")
    page.get_by_label("Address", exact=True).fill("12 rue du Marché")
    page.get_by_label("City").fill("Luxembourg")
    page.get_by_label("Postal code").fill("1728")
    page.get_by_label("Country").select_option("LU")
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url(re.compile(r"/shop/checkout/co_"))


def card_fields(page: Page) -> FrameLocator:
    """The Payment Element's own document."""
    return page.frame_locator("#payment-element iframe")


def fill_card(page: Page, card: str) -> None:
    """Type a card into the Payment Element."""
    frame = card_fields(page)
    frame.get_by_label("Card number").fill(card)
    frame.get_by_label("Expiry date").fill("12 / 34")
    frame.get_by_label("Security code").fill("123")


def pay(page: Page, card: str) -> None:
    """Type a card and press the button that says the amount."""
    fill_card(page, card)
    page.get_by_role("button", name=re.compile(r"^Pay ")).click()


def challenge(page: Page, button: str) -> None:
    """Answer the bank's question in the dialog that it opens."""
    page.frame_locator("dialog iframe").get_by_role("button", name=button).click()


def onboard(page: Page, name: str) -> None:
    """Walk through the hosted onboarding step by step, with the test values that it offers, to the
    end.
    """
    page.wait_for_url(re.compile("/hosted/onboarding/"))
    page.get_by_label("Business name").fill(name)
    for step in ("Person", "Bank", "Review"):
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("listitem").filter(has_text=step)).to_have_attribute(
            "aria-current", "step"
        )
    page.get_by_role("button", name="Complete onboarding").click()


def mailed_link(server: Server, to: str, path: str) -> str:
    """The address below `path` in the newest mail to somebody, once it was sent; the server writes
    its mails as files.
    """
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for file in sorted(
            (server.data_dir / "mail").glob("*.eml"),
            key=lambda f: f.stat().st_mtime,
            reverse=True,
        ):
            message = email.message_from_bytes(
                file.read_bytes(), policy=email.policy.default
            )
            text = message.get_body(("plain",))
            assert text is not None
            found = (
                re.search(rf"\S+{path}/\S+", text.get_content())
                if message["To"] == to
                else None
            )
            if found:
                return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no mail to {to}")


def open_bakery(page: Page, server: Server) -> str:
    """Sign up, connect, hosted onboarding, back, a product: the shop's part of its address."""
    name = f"Bakery {int(time.time())}"
    page.goto(f"{server.url}/vendor/signup")
    page.get_by_label("Business name").fill(name)
    page.get_by_label("Country").select_option("LU")
    page.get_by_label("Full name").fill("Mia Backes")
    address = f"mia{int(time.time())}@bakery.test"
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role(
        "button", name=re.compile("Create|Sign up|Open", re.IGNORECASE)
    ).click()
    page.wait_for_url(re.compile("/vendor/admin"))
    page.goto(mailed_link(server, address, "/account/email"))
    page.get_by_role("button", name="Yes, confirm it").click()
    expect(page.locator("main")).to_contain_text("Your address is confirmed.")
    page.get_by_role("button", name="Open your shop").click()
    expect(page.locator("main")).to_contain_text("Your shop is open.")

    page.goto(f"{server.url}/vendor/admin/payments")
    expect(page.get_by_role("heading", name="Payment settings")).to_be_visible()
    page.get_by_role("button", name="Connect with Stripe").click()
    onboard(page, name)
    page.wait_for_url(re.compile("/vendor/admin/payments"))
    expect(page.locator("main")).to_contain_text("You can take payments")

    page.goto(f"{server.url}/vendor/admin/products/new")
    page.get_by_role("textbox", name="Name", exact=True).fill("Rye bread")
    page.get_by_role("textbox", name="Price").fill("6.50")
    page.get_by_role("spinbutton", name="Stock").or_(
        page.get_by_role("textbox", name="Stock")
    ).fill("3")
    page.get_by_role("button", name=re.compile("Save|Create|Add")).click()
    expect(page.locator("main")).to_contain_text("Rye bread")
    return name.lower().replace(" ", "-")


# Who signed in a moment ago, where, and the cookies of that; one may sign in only so often.
_SIGNED_IN: dict[tuple[str, str], tuple[float, list[Any]]] = {}
_KEPT_FOR = (
    180.0  # seconds; what asks for a fresh sign-in wants none older than five minutes
)


def sign_in(page: Page, server: Server, email: str, password: str) -> None:
    """Enter the portal, with the session of a moment ago where there is one."""
    at, cookies = _SIGNED_IN.get((server.url, email), (0.0, []))
    if cookies and time.monotonic() - at < _KEPT_FOR:
        page.context.add_cookies(cookies)
        page.goto(f"{server.url}/vendor/login")
        if "/vendor/login" not in page.url:
            return
    page.goto(f"{server.url}/vendor/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/vendor/login" not in url)
    made: list[Any] = page.context.cookies(server.url)
    _SIGNED_IN[server.url, email] = time.monotonic(), made
