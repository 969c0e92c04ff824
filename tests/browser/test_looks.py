"""How parts of a page stand to each other, where a picture of it was wrong once."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import fill_basket, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser
CARD_PADDING = 16


def _top(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["y"]


def _bottom(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_hidden_fields_take_no_room(page: Page, server: Server) -> None:
    """A form begins where a text would, however many hidden fields it has."""
    sign_in(page, server, "operator@markethall.test", PASSWORD)
    page.goto(f"{server.url}/operator/invoicing")
    body = page.locator(".card-body").first
    assert body.locator("form > input[type=hidden]").count() > 1
    assert _top(body.locator(".field").first) - _top(body) == CARD_PADDING


def test_what_narrows_and_what_sorts_a_list_are_equally_high(
    page: Page, server: Server
) -> None:
    """Both are for a thumb."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/search")
    narrows = page.locator(".filters-fold > summary")
    sorts = page.locator("#sort")
    assert _top(narrows) == _top(sorts)
    assert _bottom(narrows) == _bottom(sorts)


def test_what_narrows_the_trail_is_equally_high(page: Page, server: Server) -> None:
    """Words, days and the button."""
    sign_in(page, server, "operator@markethall.test", PASSWORD)
    page.goto(f"{server.url}/operator/audit")
    row = page.locator(".trail-filter")
    parts = row.locator(".input, button").all()
    assert len(parts) == 4
    assert len({(_top(part), _bottom(part)) for part in parts}) == 1


def test_a_way_that_is_not_chosen_is_as_dark_as_a_field(
    page: Page, server: Server
) -> None:
    """At night the browser's own dots would be grey."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    fill_basket(page, server)
    page.goto(f"{server.url}/shop/checkout")
    colour = "one => getComputedStyle(one).backgroundColor"
    way = page.locator(".way input:not(:checked)").first
    assert way.evaluate(colour) == page.get_by_label("Email").evaluate(colour)
    chosen = page.locator(".way input:checked")
    assert chosen.evaluate(colour) != way.evaluate(colour)


def test_what_is_wrong_covers_nothing(page: Page, server: Server) -> None:
    """The list of mistakes ends before the next words begin."""
    sign_in(page, server, "operator@markethall.test", PASSWORD)
    page.goto(f"{server.url}/operator/discounts/new")
    page.get_by_role("button", name="Save").click()
    mistakes = page.locator("#discount-form .alert-bad")
    mistakes.wait_for()
    assert _bottom(mistakes) < _top(page.locator("#discount-form .lead"))


def test_the_states_of_an_order_stand_together(page: Page, server: Server) -> None:
    """On a phone all of them go below the number, not the last alone."""
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, server, "owner@atelier-luxe.test", PASSWORD)
    page.goto(f"{server.url}/vendor/admin/orders?status=disputed")
    page.locator("main a[href*='/orders/MH-']").first.click()
    states = page.locator(".page-state .badge")
    page.get_by_role("heading", level=1, name="Order MH-").wait_for()
    assert states.count() > 1
    assert len({_top(one) for one in states.all()}) == 1


def test_where_one_is_shows_in_the_sidebar(page: Page, server: Server) -> None:
    """Its last group begins below the end of a low window."""
    page.set_viewport_size({"width": 1280, "height": 600})
    sign_in(page, server, "operator@markethall.test", PASSWORD)
    page.goto(f"{server.url}/operator/settings")
    here = page.locator(".sidebar-nav [aria-current=page]")
    assert _bottom(here) <= _top(page.locator(".sidebar-mark"))


def test_what_narrows_the_trail_stands_in_a_row(page: Page, server: Server) -> None:
    """Words, two days and the button: on a desk they end on one line, on a phone they fill it."""
    sign_in(page, server, "owner@atelier-luxe.test", PASSWORD)
    page.goto(f"{server.url}/vendor/admin/audit")
    form = page.locator(".trail-filter")
    parts = form.locator(".input, .button-secondary").all()
    assert len(parts) == 4
    assert len({round(_bottom(part)) for part in parts}) == 1
    page.set_viewport_size({"width": 390, "height": 844})
    whole, words = form.bounding_box(), parts[0].bounding_box()
    assert whole is not None
    assert words is not None
    assert words["width"] == whole["width"]


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("operator@markethall.test", "/operator/payouts", 80),
        ("operator@markethall.test", "/operator/disputes", 80),
        ("operator@markethall.test", "/operator/statements", 80),
        ("operator@markethall.test", "/operator/mails", 140),
        ("operator@markethall.test", "/operator/audit", 180),
        ("owner@atelier-luxe.test", "/vendor/admin/disputes", 80),
        ("owner@atelier-luxe.test", "/vendor/admin/statements", 80),
    ],
)
def test_a_row_on_a_phone_is_two_lines_that_do_not_cover_each_other(
    page: Page, server: Server, who: str, path: str, most: int
) -> None:
    """What and how much, then where it stands and when; words that are long make it higher."""
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, server, who, PASSWORD)
    page.goto(f"{server.url}{path}")
    row = page.locator("tbody tr").first
    assert _bottom(row) - _top(row) <= most
    cells = [
        box
        for cell in row.locator("td").all()
        if (box := cell.bounding_box()) is not None
    ]
    assert len(cells) >= 3
    for one, other in itertools.combinations(cells, 2):
        beside = (
            one["x"] + one["width"] <= other["x"] + 1
            or other["x"] + other["width"] <= one["x"] + 1
        )
        apart = (
            one["y"] + one["height"] <= other["y"] + 1
            or other["y"] + other["height"] <= one["y"] + 1
        )
        assert beside or apart
