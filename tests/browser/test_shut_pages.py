"""What is shown where something cannot be: a shop that is closed, a page that failed. And the head
of a shop with pictures of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import sign_in
from tests.browser.looking import look
from tests.support.photos import photo

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, FloatRect, Locator

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


def test_a_shop_with_its_own_logo_and_cover_stands_like_any_other(
    screen: BrowserContext, server: Server, tmp_path: Path
) -> None:
    """The logo is square and stands left of the name, on the shop's page and in the directory."""
    page = screen.new_page()
    sign_in(page, server, "owner@maison-tilleul.test", PASSWORD)
    page.goto(f"{server.url}/vendor/admin/shop/look")
    for name, size in {"logo": (600, 600), "cover": (1500, 500)}.items():
        path = tmp_path / f"{name}.jpg"
        path.write_bytes(photo(*size))
        page.get_by_label(f"Another {name}").set_input_files(path)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your shop looks like this now.")).to_be_visible()

    page.goto(f"{server.url}/shops/maison-tilleul")
    wrong = look(page, "a shop with its own logo")
    _stands_before(page.locator(".vendor-head-body"))
    page.goto(f"{server.url}/vendors")
    _stands_before(page.locator(".vendor-card-body", has_text="Maison Tilleul"))
    assert wrong == []


def _stands_before(head: Locator) -> None:
    """The logo is a square to the left of the name."""
    logo = _box(head.locator("img"))
    name = _box(head.get_by_role("heading"))
    assert logo["width"] == logo["height"]
    assert logo["x"] + logo["width"] < name["x"]


def _box(one: Locator) -> FloatRect:
    found = one.bounding_box()
    assert found is not None
    return found


def test_a_closed_shop_is_pleasant_to_meet(
    screen: BrowserContext, server: Server
) -> None:
    """Its own page and that of a thing of its: both say so, and lead on."""
    page = screen.new_page()
    sign_in(page, server, "owner@velo-nord.test", PASSWORD)
    page.goto(f"{server.url}/vendor/admin")
    page.get_by_role("link", name="Close it for now").click()
    page.get_by_role("button", name="Close the shop").click()
    expect(page.get_by_role("button", name="Open your shop")).to_be_visible()
    wrong = []
    try:
        for address in ("/shops/velo-nord", "/shops/velo-nord/pannier"):
            page.goto(server.url + address)
            expect(page.get_by_role("link", name="Other shops")).to_be_visible()
            wrong += look(page, address)
    finally:
        page.goto(f"{server.url}/vendor/admin")
        page.get_by_role("button", name="Open your shop").click()
        expect(page.get_by_text("Your shop is open.")).to_be_visible()
    assert wrong == []


def test_a_page_that_failed_is_pleasant_to_meet(
    screen: BrowserContext, server: Server
) -> None:
    """A crash of ours: a page with a heading, what to do, and the number to ask about."""
    page = screen.new_page()
    with _unreadable(server, "pannier"):
        answer = page.goto(f"{server.url}/shops/velo-nord/pannier")
        assert answer is not None
        assert answer.status == 500
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        wrong = look(page, "a page that failed")
    assert wrong == []


@contextmanager
def _unreadable(server: Server, slug: str) -> Iterator[None]:
    """A product whose options are no JSON in the database, until the block ends."""
    path = server.data_dir / "markethall.sqlite3"
    with closing(sqlite3.connect(path, timeout=30)) as books:
        change = "UPDATE products SET options = ? WHERE slug = ?"
        with books:
            books.execute(change, ("[", slug))
        try:
            yield
        finally:
            with books:
                books.execute(change, ("", slug))


def test_what_was_done_does_not_touch_what_a_page_is_about(
    screen: BrowserContext, server: Server
) -> None:
    """The line that says so, and the lead of the page below it."""
    page = screen.new_page()
    sign_in(page, server, "owner@maison-tilleul.test", PASSWORD)
    page.goto(f"{server.url}/vendor/admin/vat")
    page.get_by_role("button", name="Save").first.click()
    told = _box(page.locator(".flashes .alert"))
    lead = _box(page.locator(".lead"))
    assert lead["y"] - told["y"] - told["height"] >= 12
