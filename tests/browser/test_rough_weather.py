"""When the network or a proxy fails, and what htmx does on the way back: sentences, and a console
without a complaint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.journeys import fill_basket, sign_in
from tests.browser.looking import WAIT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

PRODUCT = "/shops/atelier-luxe/tote-bag"


def test_an_answer_that_does_not_come_or_is_not_ours(
    context: BrowserContext, server: Server
) -> None:
    """A sentence and "Try again", which sends the same form; a proxy's page is not swapped into
    ours.
    """
    page = context.new_page()
    page.goto(server.url + PRODUCT)
    said, added = page.locator(".unreached"), page.locator("#added")
    add = page.get_by_role("button", name="Add to basket")
    context.set_offline(True)
    add.click()
    expect(said).to_contain_text("You are offline. Nothing was sent.")
    context.set_offline(False)
    page.route(
        f"**{PRODUCT}",
        lambda route: route.fulfill(
            status=502, content_type="text/html", body="<h1>Bad gateway</h1>"
        ),
    )
    said.get_by_role("button", name="Try again").click()
    expect(said).to_contain_text(
        "cannot be reached just now (error 502). It may have arrived all the same"
    )
    expect(page.get_by_text("Bad gateway")).to_have_count(0)
    expect(added).to_have_text("")
    page.unroute(f"**{PRODUCT}")
    page.route(f"**{PRODUCT}", lambda route: route.abort())
    add.click()
    expect(said).to_contain_text("No answer came. Please check your connection.")
    page.unroute(f"**{PRODUCT}")
    said.get_by_role("button", name="Try again").click()
    expect(added).to_contain_text("is in your basket")
    expect(said).to_have_count(0)
    expect(add).to_be_enabled()


def test_what_is_typed_while_an_answer_is_on_its_way_stays(
    page: Page, server: Server
) -> None:
    """The answer about the country brings the postal code of the moment when it was asked; that of
    the ways of sending, the one that was chosen then.
    """
    fill_basket(page, server, product="Key fob")
    page.goto(f"{server.url}/shop/checkout")
    code = page.locator("#postal_code")
    code.fill("1728")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/check/country", hold)
    page.get_by_label("Country").select_option("FR")
    code.fill("54000")
    page.locator("#city").fill("Nancy")
    expect(page.locator("#place-postal_code .error")).to_have_count(0)
    with page.expect_response("**/check/country"):
        held[0].continue_()
    expect(page.locator("#place-postal_code")).not_to_contain_text("1728")
    expect(code).to_have_value("54000")
    expect(page.locator("#place-postal_code .error")).to_have_count(0)
    expect(page.locator("#city")).to_have_value("Nancy")

    held.clear()
    page.route("**/shop/checkout/delivery", hold)
    page.get_by_label("Country").select_option("DE")
    page.get_by_role("radio", name="Express").check()
    totals = page.locator("#checkout-totals")
    expect(totals).to_contain_text("€39.40")
    with page.expect_response("**/checkout/totals"):
        held[-1].continue_()
    expect(page.locator("#delivery-choice legend")).to_contain_text("Germany")
    expect(page.get_by_role("radio", name="Express")).to_be_checked()
    expect(totals).to_contain_text("€39.40")


def test_sorting_and_going_back_complains_of_nothing(
    page: Page, server: Server
) -> None:
    """The search follows the sort; the way back shows what was there; the console says nothing
    (fixture `page`).
    """
    page.goto(f"{server.url}/shops/atelier-luxe?category=Bags")
    page.get_by_label("Sort by").select_option("price-up")
    page.wait_for_url("**sort=price-up**")
    search = page.locator("#top-search input[type=hidden]")
    expect(search).to_have_count(2)
    page.go_back()
    expect(page.get_by_label("Sort by")).to_have_value("newest")
    assert "category=Bags" in page.url
    page.get_by_role("searchbox").fill("tote")
    page.get_by_role("searchbox").press("Enter")
    expect(page).to_have_url(f"{server.url}/shops/atelier-luxe?category=Bags&q=tote")


def test_a_field_that_was_pulled_larger_stays_so(page: Page, server: Server) -> None:
    """The product form is checked and swapped without a word of the console, and keeps the height
    that a person chose.
    """
    sign_in(page, server, "owner@atelier-luxe.test", PASSWORD)
    page.goto(f"{server.url}/vendor/admin/products/new")
    text = page.get_by_label("Description")
    text.evaluate("field => { field.style.height = '300px'; }")
    page.get_by_role("textbox", name="Price").fill("abc")
    with page.expect_response("**/check/price"):
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Save product").click()
    expect(page.locator(".form-problems")).to_be_visible()
    expect(text).to_have_css("height", "300px")


@pytest.mark.parametrize(
    ("email", "home", "tabs"),
    [
        (
            "owner@atelier-luxe.test",
            "/vendor/admin",
            ["Home", "Orders", "Money", "More"],
        ),
        ("operator@markethall.test", "/operator", ["Home", "Vendors", "Money", "More"]),
    ],
)
def test_the_phones_bar_leads_everywhere(
    browser: Browser, server: Server, email: str, home: str, tabs: list[str]
) -> None:
    """Without scripts: four entries, each place that the sidebar has in them, the open page lit,
    nothing under the bar.
    """
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    context.set_default_timeout(WAIT)
    page = context.new_page()
    sign_in(page, server, email, PASSWORD)
    page.goto(server.url + home)
    bar = page.locator(".bar")
    assert [
        text.partition("\n")[0]
        for text in bar.locator(".bar-entry > span:not(.nav-count)").all_inner_texts()
    ] == tabs
    expect(bar.locator("[aria-current=page]")).to_have_text("Home")
    everywhere = set(
        page.locator(".sidebar-nav a").evaluate_all(
            "links => links.map(link => link.pathname)"
        )
    )
    assert (
        set(bar.locator("a").evaluate_all("links => links.map(link => link.pathname)"))
        == everywhere
    )
    money = bar.locator("summary").filter(has_text="Money")
    money.click()
    bar.get_by_role("link", name="Statements").click()
    expect(bar.locator("summary[aria-current]")).to_contain_text("Money")
    money.click()
    sheet = bar.locator("details[open] .bar-sheet").bounding_box()
    edge = bar.bounding_box()
    assert sheet
    assert edge
    assert sheet["y"] >= 0
    assert sheet["y"] + sheet["height"] <= edge["y"]
    end = page.locator("main").evaluate(
        "main => main.getBoundingClientRect().bottom - "
        "main.lastElementChild.getBoundingClientRect().bottom"
    )
    assert end >= edge["height"], (
        "the end of the page can be scrolled out from under the bar"
    )
    context.close()
