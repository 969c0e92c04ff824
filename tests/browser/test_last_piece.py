"""What Pay asks the shop before a card is tried, in Chromium: pieces, declined cards, a number."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from shared.trade.orders.decline_statements import PER_BROWSER, PER_CARD
from tests.browser.journeys import fill_basket, give_address, pay
from tests.browser.looking import SHIFTS, look

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser
GOOD, DECLINED = "4242424242424242", "4000000000000002"
# Of the newest purchase, a moment ago; its charge is the value.
_DECLINE = (
    "INSERT INTO card_declines (created_at, updated_at, stripe_charge_id, network,"
    " basket_id, fingerprint, code, declined_at, checkout_id)"
    " SELECT created_at, updated_at, ?, '', basket_id, '', 'generic_decline',"
    " created_at, id FROM checkouts ORDER BY id DESC LIMIT 1"
)
_CANCEL = (
    "UPDATE payments SET status = 'canceled' WHERE order_id ="
    " (SELECT max(id) FROM orders)"
)
_FORGET = "DELETE FROM card_declines WHERE stripe_charge_id LIKE 'ch_tried_%'"


def _ask(server: Server, statement: str, *values: object) -> tuple[int, ...] | None:
    """What the marketplace's own database says to a statement."""
    file = server.data_dir / "markethall.sqlite3"
    with closing(sqlite3.connect(file, timeout=20)) as database, database:
        found: tuple[int, ...] | None = database.execute(statement, values).fetchone()
    return found


def shelf(server: Server, stock: int | None = None) -> tuple[int, int]:
    """(stock, reserved) of the product, after its vendor counted it anew."""
    if stock is not None:
        _ask(server, "UPDATE products SET stock = ? WHERE name = 'Card wallet'", stock)
    found = _ask(
        server, "SELECT stock, reserved FROM products WHERE name = 'Card wallet'"
    )
    assert found is not None
    return int(found[0]), int(found[1])


def test_the_last_piece_is_set_aside_by_pay_and_sold_out_there_is_a_sentence(
    page: Page, server: Server
) -> None:
    """Gone before Pay: a sentence and no charge.

    There again: a declined card lets it go, a good one has it.
    """
    before, held = shelf(server)
    shelf(server, stock=held + 1)
    try:
        fill_basket(page, server)
        give_address(page)
        expect(page.locator("main")).to_contain_text(
            "set aside for you the moment you press Pay"
        )
        shelf(server, stock=held)
        pay(page, GOOD)
        expect(page.locator("#payment-error")).to_contain_text(
            "Card wallet is sold out. Nothing was charged."
        )
        expect(
            page.locator("#payment-error").get_by_role("link", name="Go to basket")
        ).to_be_visible()
        shelf(server, stock=held + 1)
        with page.expect_response(re.compile("/let-go$")) as let_go:
            pay(page, DECLINED)
        assert let_go.value.ok
        expect(page.locator("#payment-error")).to_contain_text("declined")
        assert shelf(server) == (held + 1, held)
        pay(page, GOOD)
        page.wait_for_url(re.compile("/shop/order-confirmation"))
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        assert shelf(server) == (held, held)
    finally:
        shelf(server, stock=before)


def test_pay_says_why_no_more_cards_are_tried(page: Page, server: Server) -> None:
    """The shop's own sentence, not one about the connection; later it pays. So of one card that was
    declined too often, with the way to another one.
    """
    page.add_init_script(SHIFTS)
    fill_basket(page, server, product="Key fob")
    give_address(page)
    for number in range(PER_BROWSER):
        _ask(server, _DECLINE, f"ch_tried_{number}")
    try:
        pay(page, GOOD)
        said = page.locator("#payment-error")
        expect(said).to_contain_text("Too many cards were declined from here")
        expect(said).to_contain_text("Nothing was charged.")
        expect(page.get_by_role("button", name=re.compile("^Pay "))).to_be_enabled()
    finally:
        _ask(server, _FORGET)
    for number in range(PER_CARD):
        _ask(server, _DECLINE, f"ch_tried_{number}")
    _ask(server, "UPDATE card_declines SET fingerprint = 'worn' WHERE fingerprint = ''")
    _ask(server, _CANCEL)
    try:
        page.get_by_role("button", name=re.compile("^Pay ")).click()
        expect(said).to_contain_text("This card was declined too often today")
        said.get_by_role("link", name="Pay with another card").click()
        page.wait_for_url(re.compile(r"again=1"))
        _ask(server, _CANCEL)
        for number in range(PER_CARD, PER_BROWSER):
            _ask(server, _DECLINE, f"ch_tried_{number}")
        page.reload()
        expect(page.locator("main")).to_contain_text("Too many cards were declined")
        assert look(page, "a browser that has to wait") == []
    finally:
        _ask(server, _FORGET)
    page.get_by_role("link", name="Try again").click()
    pay(page, GOOD)
    page.wait_for_url(re.compile("/shop/order-confirmation"))


def test_pay_says_that_a_vat_number_does_not_hold_any_more(
    page: Page, server: Server
) -> None:
    """And leads to the basket, where the same things can be bought with VAT."""
    fill_basket(page, server, product="Key fob")
    give_address(page)
    payment = page.url
    _ask(
        server,
        "UPDATE orders SET buyer_vat_number = 'DE136695976', buyer_vat_name = 'Acme',"
        " buyer_vat_confirmed_at = created_at, seller_vat_number = 'LU15027442',"
        " vat_treatment = 'reverse_charge'"
        " WHERE checkout_id = (SELECT max(id) FROM checkouts)",
    )
    pay(page, GOOD)
    said = page.locator("#payment-error")
    expect(said).to_contain_text("The VAT number DE136695976 is not confirmed any more")
    said.get_by_role("link", name="Go to basket").click()
    expect(page.get_by_role("heading", name="Basket", level=1)).to_be_visible()
    page.add_init_script(SHIFTS)
    _ask(
        server,
        "UPDATE checkouts SET status = 'expired'"
        " WHERE id = (SELECT max(id) FROM checkouts)",
    )
    page.goto(payment)
    assert look(page, "a purchase that is over") == []
