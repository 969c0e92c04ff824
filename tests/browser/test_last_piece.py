"""The last piece, between the payment page and Pay, in Chromium."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.journeys import fill_basket, give_address, pay

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser
GOOD, DECLINED = "4242424242424242", "4000000000000002"


def shelf(server: Server, stock: int | None = None) -> tuple[int, int]:
    """(stock, reserved) of the product, after its vendor counted it anew."""
    with (
        closing(
            sqlite3.connect(server.data_dir / "markethall.sqlite3", timeout=20)
        ) as database,
        database,
    ):
        if stock is not None:
            database.execute(
                "UPDATE products SET stock = ? WHERE name = 'Card wallet'", [stock]
            )
        found = database.execute(
            "SELECT stock, reserved FROM products WHERE name = 'Card wallet'"
        ).fetchone()
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
