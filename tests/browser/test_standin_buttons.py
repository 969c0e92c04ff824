"""The stand-in's control page: every button does what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.office import SELLER, charge, newest, office
from tests.browser.shop import Shop
from tests.support.sandbox import RunningSandbox

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["office"]  # a fixture

pytestmark = pytest.mark.browser


def test_the_clock_moves_by_as_much_as_one_likes(office: Shop, page: Page) -> None:
    def clock() -> int:
        return int(office.sandbox.control("GET", "state")["clock"])

    page.goto(office.sandbox.base_url)
    start = clock()
    page.locator("summary#clock").click()
    page.get_by_role("button", name="+ 1 hour").click()
    expect(
        page.get_by_role("status").filter(has_text="The clock was moved")
    ).to_be_visible()
    assert 3600 <= clock() - start < 3660
    page.locator("summary#clock").click()
    page.get_by_label("By", exact=True).fill("1.5")
    page.get_by_label("Unit").select_option("minutes")
    # The page before says already that the clock was moved.
    with page.expect_response("**/control/advance"):
        page.get_by_role("button", name="Advance", exact=True).click()
    expect(
        page.get_by_role("status").filter(has_text="The clock was moved")
    ).to_be_visible()
    assert 3690 <= clock() - start < 3780
    page.locator("summary#clock").click()
    page.get_by_label("By", exact=True).fill("soon")
    page.get_by_role("button", name="Advance", exact=True).click()
    expect(page.get_by_text("“soon” is no number.")).to_be_visible()


def test_faults_are_made_counted_and_taken_away(office: Shop, page: Page) -> None:
    page.goto(f"{office.sandbox.base_url}/control/faults")
    form = page.locator("form", has=page.get_by_role("heading", name="Break a request"))
    form.get_by_label("What happens").select_option("status")
    form.get_by_label("Path begins with").fill("/v1/customers")
    form.get_by_label("Status").fill("503")
    form.get_by_label("How often").fill("2")
    form.get_by_role("button").click()
    rows = page.get_by_role("region", name="Faults in force").locator("tbody tr")
    expect(rows).to_have_count(1)
    form = page.locator("form", has=page.get_by_role("heading", name="Break a webhook"))
    form.get_by_label("What happens").select_option("drop")
    form.get_by_label("Event type").fill("payout.*")
    form.get_by_role("button").click()
    expect(rows).to_have_count(2)
    assert (
        office.sandbox.request(
            "GET",
            "/v1/customers",
            headers={"Authorization": "Bearer sk_test_markethall"},
        )[0]
        == 503
    )
    page.goto(f"{office.sandbox.base_url}/control/faults")
    expect(rows.nth(0)).to_contain_text("1 of 2")
    page.get_by_role("button", name="Remove fault 1").click()
    expect(rows).to_have_count(1)
    expect(rows.nth(0)).to_contain_text("payout.*")
    page.get_by_role("button", name="Remove fault 1").click()
    expect(page.get_by_text("No fault is in force")).to_be_visible()
    assert office.sandbox.control("GET", "faults") == []


def test_a_fault_that_cannot_be_is_refused(office: Shop, page: Page) -> None:
    page.goto(f"{office.sandbox.base_url}/control/faults")
    page.get_by_label("Status").fill("much")
    page.get_by_role("button", name="Break requests").click()
    expect(page.get_by_role("heading", name="That was not done")).to_be_visible()
    page.get_by_role("link", name="Go back").click()
    expect(page.get_by_role("heading", name="Faults")).to_be_visible()


@pytest.mark.parametrize(
    ("button", "status"),
    [("Close as won", "won"), ("Close as lost", "lost")],
)
def test_a_charge_is_disputed_and_the_dispute_closed(
    office: Shop, page: Page, button: str, status: str
) -> None:
    paid = charge(office, 3000)
    office.sandbox.advance(2)
    page.goto(f"{office.sandbox.base_url}/control/object/{paid['latest_charge']}")
    page.get_by_label("The shopper disputes it as").select_option(
        "product_not_received"
    )
    page.get_by_role("button", name="Open a dispute").click()
    expect(
        page.get_by_role("status").filter(has_text="The dispute was opened")
    ).to_be_visible()
    dispute = newest(office, "disputes")
    assert (dispute["charge"], dispute["reason"]) == (
        paid["latest_charge"],
        "product_not_received",
    )
    page.locator(".related").get_by_role("link", name=dispute["id"]).click()
    page.get_by_role("button", name=button).click()
    expect(
        page.get_by_role("status").filter(has_text="The dispute was closed")
    ).to_be_visible()
    assert office.api("GET", f"disputes/{dispute['id']}")["status"] == status


def test_a_payout_fails(office: Shop, page: Page) -> None:
    account = newest(office, "accounts")["id"]
    charge(office, 9000, "eur", account)
    office.sandbox.advance(1)
    payout = office.api(
        "POST", "payouts", amount=1000, currency="eur", on_account=account
    )
    page.goto(f"{office.sandbox.base_url}/control/object/{payout['id']}")
    page.get_by_label("The bank refuses it because").select_option("account_closed")
    page.get_by_role("button", name="Fail the payout").click()
    expect(
        page.get_by_role("status").filter(has_text="The payout failed")
    ).to_be_visible()
    now = office.api("GET", f"payouts/{payout['id']}", on_account=account)
    assert (now["status"], now["failure_code"]) == ("failed", "account_closed")


def test_an_account_is_restricted_and_finished(office: Shop, page: Page) -> None:
    account = office.api("POST", "accounts", **SELLER)["id"]
    page.goto(f"{office.sandbox.base_url}/control/object/{account}")
    page.get_by_role("button", name="Finish onboarding").click()
    expect(page.locator("main .badge").first).to_have_text("enabled")
    assert office.api("GET", f"accounts/{account}")["charges_enabled"] is True
    page.get_by_label("Stripe asks for").fill("company.tax_id")
    page.get_by_label("It can still take payments").uncheck()
    page.get_by_role("button", name="Restrict the account").click()
    expect(page.locator("main .badge").first).to_have_text("restricted")
    now = office.api("GET", f"accounts/{account}")
    assert (now["charges_enabled"], now["requirements"]["currently_due"]) == (
        False,
        ["company.tax_id"],
    )
    page.get_by_role("button", name="Finish onboarding").click()
    expect(page.locator("main .badge").first).to_have_text("enabled")


def test_an_event_is_sent_again_and_a_secret_rolled(office: Shop, page: Page) -> None:
    event = newest(office, "events")
    page.goto(f"{office.sandbox.base_url}/control/events")
    tries = len(
        next(e for e in office.sandbox.events() if e["id"] == event["id"])["deliveries"]
    )
    page.get_by_role("button", name=f"Resend {event['type']} {event['id']}").click()
    expect(page.get_by_role("status").filter(has_text="sent again")).to_be_visible()
    office.sandbox.idle()
    assert (
        len(
            next(e for e in office.sandbox.events() if e["id"] == event["id"])[
                "deliveries"
            ]
        )
        > tries
    )
    page.goto(f"{office.sandbox.base_url}/control/webhooks")
    expect(page.get_by_text("whsec_office")).to_be_visible()
    page.get_by_label("New secret").select_option("3600")
    page.get_by_role("button", name="Roll the secret").click()
    expect(page.get_by_text("and an older one still signs")).to_be_visible()
    assert (
        office.sandbox.control("GET", "state")["webhook_endpoints"][0]["secret"]
        != "whsec_office"
    )


def test_a_reset_asks_first(page: Page) -> None:
    with RunningSandbox() as sandbox:
        shop = Shop(sandbox)
        shop.server.server_close()
        shop.intent()
        page.goto(sandbox.base_url)
        page.get_by_text("More", exact=True).click()
        expect(page.get_by_text("This cannot be undone.")).to_be_visible()
        assert shop.api("GET", "payment_intents")["data"]
        page.get_by_role("button", name="Yes, reset everything").click()
        expect(page.get_by_text("Everything was emptied.")).to_be_visible()
        assert shop.api("GET", "payment_intents")["data"] == []


def test_no_other_site_can_press_a_button(office: Shop) -> None:
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        given = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        assert office.sandbox.request("POST", "/control/reset", "", given)[0] == 403
    assert (
        office.sandbox.request(
            "POST",
            "/control/none",
            "",
            {"Content-Type": "application/x-www-form-urlencoded"},
        )[0]
        == 404
    )
