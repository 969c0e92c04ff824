"""The stand-in's control page: fits, reads, stays fresh, and every button does what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.looking import SHIFTS, WAIT, WIDTHS, look, take_turns
from tests.browser.shop import Shop, until
from tests.support.sandbox import EndpointConfig, RunningSandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

EXPRESS: dict[str, Any] = {
    "country": "LU",
    "business_profile": {"name": "Atelier <b>Luxe</b>"},
    "controller": {
        "stripe_dashboard": {"type": "express"},
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
    },
    "capabilities": {
        "transfers": {"requested": True},
        "card_payments": {"requested": True},
    },
}
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def office() -> Iterator[Shop]:
    """A stand-in with some of everything; only its API side is used of the shop."""
    hook = EndpointConfig(
        url="http://127.0.0.1:9/hooks",
        secret="whsec_office",
        connect=False,
        enabled_events=("*",),
    )
    with RunningSandbox(endpoints=(hook,)) as sandbox:
        shop = Shop(sandbox)
        shop.server.server_close()
        account = shop.api("POST", "accounts", **EXPRESS)
        sandbox.complete(account["id"])
        for amount, currency in ((12900, "eur"), (5000, "jpy"), (4500, "eur")):
            charge(shop, amount, currency, account["id"])
        shop.api(
            "POST",
            "customers",
            name=HOSTILE,
            email="a@example.test",
            description=HOSTILE,
        )
        sandbox.advance(8 * 86400)
        yield shop


def charge(
    shop: Shop,
    amount: int,
    currency: str = "eur",
    account: str = "",
) -> dict[str, Any]:
    """A destination charge that was paid."""
    data = (
        {"transfer_data": {"destination": account}, "application_fee_amount": 100}
        if account
        else {}
    )
    never = {"enabled": True, "allow_redirects": "never"}
    return shop.intent(
        amount=amount,
        currency=currency,
        payment_method="pm_card_bypassPending",
        confirm=True,
        automatic_payment_methods=never,
        **data,
    )


def newest(shop: Shop, path: str) -> dict[str, Any]:
    """The newest object of a list."""
    found: dict[str, Any] = shop.api("GET", path)["data"][0]
    return found


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
    account = office.api("POST", "accounts", **EXPRESS)["id"]
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
