"""Each page of a shopper in German and French on a phone: in that language to the last sentence,
and nothing runs over.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from shared.entrypoints.cli.translations import read
from tests.browser.conftest import PASSWORD
from tests.browser.journeys import put_in
from tests.browser.looking import SHIFTS, WAIT, fits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

ANYBODYS = [
    "/",
    "/vendors",
    "/pricing",
    "/sell",
    "/legal/terms",
    "/legal/privacy",
    "/legal/imprint",
    "/legal/rights",
    "/legal/ranking",
    "/legal/accessibility",
    "/shops/atelier-luxe",
    "/shops/atelier-luxe/watch-strap",
    "/shops/new-vendor",
    "/shop/basket",
    "/search?q=xyzzy+bag",
    "/search?q=bag&min=10&max=5",
    "/categories",
    "/categories/leather-goods",
    "/shop/account/login",
    "/shop/account/signup",
    "/shop/account/forgot",
    "/account/reset/mhl_no-such-link",
    "/shop/withdraw",
    "/no-such-page",
]
ACCOUNT = "/shop/account"
OWN = ["", "/addresses", "/addresses/new", "/payment-methods", "/security", "/data"]
# Where each cell of a list's rows is, and whether something of it is cut off.
CELLS = """
rows => rows.map(row => [...row.cells].map(cell => {
  const {left, right, top} = cell.getBoundingClientRect();
  return {left, right, y: Math.round(top), cut: cell.scrollWidth > Math.ceil(cell.clientWidth)};
}))
"""
# What stands on the page, and what is read out of it.
SAID = """
() => {
  const said = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const inside = walker.currentNode.parentElement;
    if (!inside.closest('script, style, template, [lang]:not(html)'))
      said.push(walker.currentNode.data);
  }
  for (const name of ['aria-label', 'placeholder', 'alt', 'title'])
    for (const one of document.querySelectorAll(`[${name}]`)) said.push(one.getAttribute(name));
  return said.map(text => text.replace(/\\s+/g, ' ').trim()).filter(text => text.includes(' '));
}
"""


@pytest.fixture(params=["de", "fr"])
def visitor(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Somebody with a phone that speaks this language."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale=request.param
    )
    context.set_default_timeout(WAIT)
    context.add_init_script(SHIFTS)
    yield context.new_page()
    context.close()


@cache
def _english(language: str) -> frozenset[str]:
    """The sentences that this language says otherwise."""
    said = {
        (str(one.id), str(one.string))
        for one in read(language)
        if one.id and isinstance(one.id, str)
    }
    return frozenset(source for source, own in said if own and own != source)


def _speaks(page: Page, address: str, language: str) -> list[str]:
    """What is wrong with the page that is open."""
    wrong = fits(page, address)
    lang = page.locator("html").get_attribute("lang")
    if lang != language:
        wrong.append(f"{address} is in {lang}")
    english = _english(language).intersection(page.evaluate(SAID))
    return wrong + [f"{address} says in English: {said}" for said in sorted(english)]


def _language(page: Page) -> str:
    language: str = page.evaluate("navigator.language")
    return language


def _fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"main [name={name}]").fill(value)


def test_what_anybody_may_read(visitor: Page, server: Server) -> None:
    """Shops, searches, forms, an empty basket, an address that leads nowhere."""
    wrong = []
    for address in ANYBODYS:
        visitor.goto(server.url + address)
        wrong += _speaks(visitor, address, _language(visitor))
    assert wrong == []


def test_what_a_shopper_with_an_account_reads(visitor: Page, server: Server) -> None:
    """The account speaks as whoever made it; its lists are empty."""
    language = _language(visitor)
    visitor.goto(f"{server.url}{ACCOUNT}/signup")
    email = f"{language}-reader@example.test"
    _fill(visitor, full_name="Ada Lovelace", email=email, password="a-long-password")
    visitor.locator("main button[type=submit]").first.click()
    visitor.wait_for_url(f"{server.url}{ACCOUNT}")
    wrong = []
    for page in OWN:
        visitor.goto(f"{server.url}{ACCOUNT}{page}")
        wrong += _speaks(visitor, page or ACCOUNT, language)
    assert wrong == []


def test_from_the_basket_to_the_order_and_what_is_done_with_it(
    visitor: Page, server: Server
) -> None:
    """Two shops in one purchase: mistakes in the form, payment, thanks, the order, its forms."""
    language = _language(visitor)
    for path in ("atelier-luxe/key-fob", "maison-tilleul/honey"):
        visitor.goto(f"{server.url}/shops/{path}")
        put_in(visitor, visitor.locator("form[action*='/shops/'] button[type=submit]"))
    visitor.goto(f"{server.url}/shop/basket")
    wrong = _speaks(visitor, "basket", language)
    visitor.locator("main a[href^='/shop/checkout']").click()
    wrong += _speaks(visitor, "checkout", language)
    go_on = visitor.locator("#checkout-form button[type=submit]").last
    go_on.click()
    expect(visitor.locator("#email-error")).to_be_visible()
    wrong += _speaks(visitor, "checkout with mistakes", language)
    _fill(
        visitor,
        email=f"{language}@example.test",
        full_name="Ada Lovelace",
        address="12 rue du Marché",
        postal_code="1728",
        city="Luxembourg",
    )
    go_on.click()
    visitor.wait_for_url(re.compile(r"/shop/checkout/co_"))
    card = visitor.frame_locator("#payment-element iframe").locator("input")
    for place, value in enumerate(("4000000000009995", "12 / 34", "123")):
        card.nth(place).fill(value)
    wrong += _speaks(visitor, "payment", language)
    visitor.locator("#pay-button").click()
    expect(visitor.locator("#payment-error")).not_to_be_empty()
    wrong += _speaks(visitor, "a declined card", language)
    card.nth(0).fill("4242424242424242")
    visitor.locator("#pay-button").click()
    visitor.wait_for_url(re.compile("/shop/order-confirmation"))
    order = visitor.locator("main a[href^='/shop/orders/']").first
    own = order.get_attribute("href")
    wrong += _speaks(visitor, "thanks", language)
    visitor.goto(f"{server.url}{own}")
    wrong += _speaks(visitor, "order", language)
    for end in ("messages", "cancel"):
        visitor.goto(f"{server.url}{own}")
        visitor.locator(f"main a[href$='/{end}']").first.click()
        wrong += _speaks(visitor, end, language)
    assert wrong == []


def test_purchases_are_whole_on_a_phone_in_each_language(
    visitor: Page, server: Server
) -> None:
    """The total at the right of the number, shop and day below, each state on a line of its own;
    nothing is cut off.
    """
    visitor.goto(f"{server.url}{ACCOUNT}/login")
    visitor.locator("[name=email]").fill("shopper@markethall.test")
    visitor.locator("[name=password]").fill(PASSWORD)
    visitor.locator("main form button").first.click()
    visitor.wait_for_url(f"{server.url}{ACCOUNT}")
    chosen = visitor.locator("html").get_attribute("lang")
    visitor.get_by_role("button", name=_own_name(visitor)).click()
    try:
        expect(visitor.locator("html")).not_to_have_attribute("lang", chosen or "")
        cells = visitor.locator("tbody tr").evaluate_all(CELLS)
    finally:
        # The account keeps it, and mails of other tests are in its language.
        visitor.get_by_role("button", name="English").click()
        expect(visitor.locator("html")).to_have_attribute("lang", "en")
    assert len(cells) > 1
    for number, shop, day, total, state in cells:
        assert number["y"] == total["y"]
        assert number["right"] <= total["left"]
        assert number["y"] < shop["y"] < state["y"]
        assert shop["y"] == day["y"]
        assert not any(cell["cut"] for cell in (number, shop, day, total, state))


def _own_name(page: Page) -> str:
    """What the language of the browser calls itself."""
    tag: str = page.evaluate("navigator.language")
    return {"de": "Deutsch", "fr": "Français"}[tag[:2]]
