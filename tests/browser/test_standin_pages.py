"""The stand-in's control page: fits, reads, stays fresh, and keeps everything else out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.looking import SHIFTS, WAIT, WIDTHS, look, take_turns
from tests.browser.office import HOSTILE, charge, newest, office
from tests.browser.shop import Shop, until
from tests.support.sandbox import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["office"]  # a fixture

pytestmark = pytest.mark.browser


@pytest.fixture(params=WIDTHS)
def screen(
    request: pytest.FixtureRequest, browser: Browser
) -> Iterator[BrowserContext]:
    """A phone or a desk."""
    # the page's policy forbids anyone to add scripts, axe too; whether it holds has a test of its
    # own
    context = browser.new_context(
        viewport={"width": request.param, "height": 844}, bypass_csp=True
    )
    context.add_init_script(SHIFTS)
    context.set_default_timeout(WAIT)
    take_turns(context)
    yield context
    context.close()


def test_every_page_fits_and_axe_finds_nothing(
    office: Shop, screen: BrowserContext
) -> None:
    office.sandbox.faults(
        {"match": {"path": "/v1/none"}, "effect": "status", "times": 1},
        {"match": {"event": "none.*"}, "effect": "drop"},
    )
    paid, account, event = (
        newest(office, "charges"),
        newest(office, "accounts"),
        newest(office, "events"),
    )
    page = screen.new_page()
    wrong = []
    for path in (
        "/",
        "/control/events?type=charge.*",
        "/control/requests",
        "/control/webhooks",
        "/control/faults",
        "/control/objects/charge",
        f"/control/object/{paid['id']}",
        f"/control/object/{account['id']}",
        f"/control/object/{event['id']}",
        "/control/objects/none",
        "/control/object/none",
    ):
        page.goto(office.sandbox.base_url + path)
        wrong += look(page, path)
    page.goto(office.sandbox.base_url)
    page.locator("summary#clock").click()
    wrong += look(page, "the clock's menu")
    page.get_by_text("More", exact=True).click()
    wrong += look(page, "the other menu")
    office.sandbox.faults()
    assert wrong == []


def test_new_events_and_payments_appear_by_themselves(office: Shop, page: Page) -> None:
    page.add_init_script(
        "window.lit = 0; addEventListener('animationstart', (e) => { lit += e.animationName "
        "=== 'fresh'; });"
    )
    page.goto(office.sandbox.base_url)
    table = page.get_by_role("region", name="Latest payments")
    expect(table).not_to_contain_text("77.77 EUR")
    intent = charge(office, 7777)
    expect(table).to_contain_text("77.77 EUR")
    until(page, "lit > 0")
    expect(page.locator("#freshness")).to_contain_text("new")
    expect(
        page.locator(f"#events a[href='/control/object/{intent['id']}']").first
    ).to_be_visible()


def test_a_page_that_was_empty_fills_itself(page: Page) -> None:
    with RunningSandbox() as sandbox:
        shop = Shop(sandbox)
        shop.server.server_close()
        page.goto(sandbox.base_url)
        expect(page.get_by_text("Nothing has happened yet.")).to_be_visible()
        shop.intent()
        expect(page.get_by_role("region", name="Latest events")).to_contain_text(
            "payment_intent.created"
        )


def test_a_stand_in_that_is_gone_is_noticed(page: Page) -> None:
    with RunningSandbox() as sandbox:
        page.goto(sandbox.base_url)
        expect(page.locator("#freshness")).to_have_text("Live")
    expect(page.locator("#freshness")).to_have_text("Not connected, trying again")


def test_an_object_that_changes_is_shown_as_it_is(office: Shop, page: Page) -> None:
    intent = office.intent()
    page.goto(f"{office.sandbox.base_url}/control/object/{intent['id']}")
    expect(page.locator("main .badge").first).to_have_text("requires payment method")
    office.api("POST", f"payment_intents/{intent['id']}/cancel")
    expect(page.locator("main .badge").first).to_have_text("canceled")
    expect(page.get_by_role("link", name="payment_intent.canceled")).to_be_visible()


def test_the_strip_of_a_phone_shows_where_one_is(office: Shop, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{office.sandbox.base_url}/control/objects/payout")
    expect(
        page.get_by_role("navigation", name="Stand-in").get_by_role(
            "link", name="Payouts"
        )
    ).to_be_in_viewport()


def test_hostile_text_stays_text(office: Shop, page: Page) -> None:
    page.goto(f"{office.sandbox.base_url}/control/objects/customer")
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    page.get_by_role("region").get_by_role("link").first.click()
    expect(page.locator(".json")).to_contain_text(HOSTILE)
    page.goto(f"{office.sandbox.base_url}/control/objects/account")
    expect(page.get_by_role("cell", name="Atelier <b>Luxe</b>")).to_be_visible()
    assert page.evaluate("document.querySelectorAll('main img, main td b').length") == 0


def test_the_policy_keeps_everything_else_out(office: Shop, page: Page) -> None:
    answer = page.goto(office.sandbox.base_url)
    policy = answer.headers["content-security-policy"] if answer else ""
    assert policy.startswith(
        "default-src 'none'; style-src 'self'; script-src 'self'; "
    )
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_lists_lead_to_objects_and_objects_to_each_other(
    office: Shop, page: Page
) -> None:
    page.goto(office.sandbox.base_url)
    page.get_by_role("navigation", name="Stand-in").get_by_role(
        "link", name="Transfers"
    ).click()
    page.get_by_role("region", name="Transfers").get_by_role("link").first.click()
    transfer = newest(office, "transfers")
    expect(page.get_by_role("heading", level=1)).to_have_text("45.00 EUR")
    page.locator(".json").get_by_role(
        "link", name=transfer["source_transaction"]
    ).click()
    expect(page.locator(".lead")).to_contain_text(transfer["source_transaction"])
    expect(page.locator(".related").first).to_contain_text(transfer["id"])
    expect(page.get_by_role("link", name="charge.succeeded")).to_be_visible()


def test_lists_are_filtered_and_turned(office: Shop, page: Page) -> None:
    account = newest(office, "accounts")
    page.goto(f"{office.sandbox.base_url}/control/events")
    first = page.locator("#events tr").count()
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("link", name="Newer")).to_be_visible()
    page.get_by_role("link", name="Newer").click()
    expect(page.locator("#events tr")).to_have_count(first)
    page.get_by_label("Type").fill("transfer.*")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**type=transfer**")
    kinds = set(page.locator("#events td.main").all_inner_texts())
    assert kinds == {"transfer.created"}
    page.goto(f"{office.sandbox.base_url}/control/objects/charge")
    page.get_by_label("Account").select_option(account["id"])
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**account=acct_**")
    ids = page.locator("#rows td.main").all_inner_texts()
    assert ids
    assert all(text.startswith("py_") for text in ids)


def test_everything_works_without_scripts(office: Shop, browser: Browser) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto(office.sandbox.base_url)
    page.locator("summary#clock").click()
    page.get_by_role("button", name="+ 1 minute").click()
    expect(page.get_by_text("The clock was moved")).to_be_visible()
    page.get_by_role("link", name="All events").click()
    page.get_by_role("button", name="Resend").first.click()
    expect(page.get_by_text("sent again")).to_be_visible()
    context.close()


def test_another_platform_can_be_looked_at(office: Shop, page: Page) -> None:
    headers = {
        "Authorization": "Bearer sk_test_other",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    office.sandbox.request("POST", "/v1/customers", "name=Elsewhere", headers)
    page.goto(office.sandbox.base_url)
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Platform").select_option("other")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("Platform sk_test_other")).to_be_visible()
    page.get_by_role("link", name="Customers").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#rows")).to_contain_text("Elsewhere")
