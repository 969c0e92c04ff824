"""Payment settings as a vendor uses them: connect once, onboarding links per click, the account
read and not the URL.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from shared.finance.connect import service
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.queries import get_vendor_payment_config
from shared.finance.connect.rules import AccountStatus
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.trade.catalogue.models import Product
from tests.support.factories import make_product
from tests.support.portal import Portal, signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")

HOME = "/vendor/admin/payments"
FORM = {
    "country": "LU",
    "business_type": "company",
    "business_name": "Atelier Luxe",
    "email": "owner@atelier.test",
    "phone": "",
    "url": "",
    "currency": "",
}


async def _row(portal: Portal) -> VendorPaymentConfig:
    return await VendorPaymentConfig.get(vendor_id=portal.vendor_id)


async def _connect(portal: Portal, **changes: str) -> str:
    answer = await portal.post(f"{HOME}/connect", {**FORM, **changes})
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    location: str = answer.headers["Location"]
    return location


class TestConnecting:
    async def test_the_button_leads_to_the_hosted_onboarding(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """Account made, straight on to Stripe; the page then offers to continue."""
        portal = await signed_in(client)
        before = await portal.get(HOME)

        location = await _connect(portal)

        assert "Connect with Stripe" in before
        assert "You cannot take payments yet" in before
        assert location.startswith(sandbox.base_url)
        after = await portal.get(HOME)
        assert "Continue onboarding" in after
        assert "Connect with Stripe" not in after
        assert location not in after

    async def test_pressing_twice_makes_one_account(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """Both presses lead on, each by a link of its own."""
        portal = await signed_in(client)
        await portal.post(
            "/vendor/admin/shop", {"is_open": "yes"}
        )  # has the CSRF token by now

        answers = await asyncio.gather(
            *(portal.post(f"{HOME}/connect", FORM) for _ in range(2))
        )
        third = await _connect(portal)

        assert {a.status_code for a in answers} <= {303, 503}
        assert sandbox.control("GET", "state")["counts"]["account"] == 1
        assert third.startswith(sandbox.base_url)

    async def test_the_country_s_currency_is_chosen_unless_another_is_named(
        self, client: TestClientProtocol
    ) -> None:
        """A Danish shop sells in kroner, or in euros when it wants to."""
        portal = await signed_in(client)
        await _connect(portal, country="DK", currency="EUR")
        assert (await _row(portal)).currency == "EUR"

    async def test_a_currency_that_the_country_does_not_offer_is_refused(
        self, client: TestClientProtocol
    ) -> None:
        """With the ones it does offer, and without an account."""
        portal = await signed_in(client)

        answer = await portal.post(
            f"{HOME}/connect", {**FORM, "country": "DK", "currency": "GBP"}
        )

        assert answer.status_code == 422
        assert "Shops in Denmark sell in DKK or EUR." in await answer.get_data(
            as_text=True
        )
        assert (await _row(portal)).stripe_account_id is None

    async def test_with_products_the_currency_stays(
        self, client: TestClientProtocol
    ) -> None:
        """Prices keep their meaning whatever the form sends."""
        portal = await signed_in(client)
        await make_product(await portal.vendor())

        await _connect(portal, country="DK", currency="DKK")

        assert (await _row(portal)).currency == "EUR"
        assert (await Product.first()).currency == "EUR"  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("country", "US"),
            ("country", ""),
            ("business_type", "government_entity"),
            ("business_name", ""),
            ("email", "nobody"),
            ("url", "javascript:alert(1)"),
            ("phone", "1"),
        ],
    )
    async def test_a_mistake_is_told_and_nothing_is_sent_to_stripe(
        self,
        client: TestClientProtocol,
        sandbox: RunningSandbox,
        field: str,
        value: str,
    ) -> None:
        """422, what was typed is kept."""
        portal = await signed_in(client)

        answer = await portal.post(
            f"{HOME}/connect", {**FORM, "business_name": "My own words", field: value}
        )

        assert answer.status_code == 422
        if field != "business_name":
            assert "My own words" in await answer.get_data(as_text=True)
        assert sandbox.requests() == [] or all(
            r["path"] != "/v1/accounts" for r in sandbox.requests()
        )

    async def test_stripe_down_is_a_sentence_and_the_same_button_works_later(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """503 on the same page with everything typed; then one account."""
        portal = await signed_in(client)
        sandbox.faults(
            {"match": {"path": "/v1/accounts"}, "effect": "status", "status": 500}
        )
        answer = await portal.post(
            f"{HOME}/connect", {**FORM, "business_name": "My own words"}
        )
        text = await answer.get_data(as_text=True)
        assert answer.status_code == 503
        assert "Stripe is not answering right now" in text
        assert "My own words" in text

        sandbox.reset()  # the stand-in forgets the failure that it would repeat for this key
        await _connect(portal)
        assert sandbox.control("GET", "state")["counts"]["account"] == 1

    async def test_other_fields_never_reach_stripe(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """The form is the allow-list: type, capabilities and metadata of a stranger are not passed
        on.
        """
        portal = await signed_in(client)
        await _connect(
            portal, type="custom", **{"metadata[vendor_id]": "99", "capabilities": "x"}
        )

        sent = next(
            r
            for r in sandbox.requests()
            if (r["method"], r["path"]) == ("POST", "/v1/accounts")
        )["params"]
        assert "custom" not in str(sent)
        assert f"'vendor_id': '{portal.vendor_id}'" in str(sent)


class TestComingBack:
    async def test_the_success_page_believes_the_account_and_not_the_address(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """Opened too early it says what is missing; once Stripe agrees it says so."""
        portal = await signed_in(client)
        await _connect(portal)
        early = await portal.get(f"{HOME}/success?done=1&account=acct_other")
        sandbox.complete(str((await _row(portal)).stripe_account_id))
        late = await portal.get(f"{HOME}/success")

        assert "You cannot take payments yet" in early
        assert "Continue onboarding" in early
        assert "external_account" not in early
        assert "You can take payments" in late
        assert (await _row(portal)).accepts_payments

    async def test_the_fragment_asks_again_more_slowly_and_stops_when_settled(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """2 s, 5 s, 15 s; then nothing more to ask."""
        portal = await signed_in(client)
        await _connect(portal)
        asked = {
            n: await portal.get(f"{HOME}/success?asked={n}", htmx="div#account-state")
            for n in (0, 12, 25, 40)
        }
        sandbox.complete(str((await _row(portal)).stripe_account_id))
        settled = await portal.get(f"{HOME}/success?asked=3", htmx="div#account-state")

        assert all("<html" not in text for text in asked.values())
        assert 'hx-trigger="every 2s"' in asked[0]
        assert "asked=1" in asked[0]
        assert 'hx-trigger="every 5s"' in asked[12]
        assert 'hx-trigger="every 15s"' in asked[25]
        assert "hx-get" not in asked[40]
        assert "hx-get" not in settled
        assert "You can take payments" in settled

    async def test_stripe_down_on_the_way_back_shows_what_we_knew(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """200, a sentence, and it keeps asking."""
        portal = await signed_in(client)
        await _connect(portal)
        sandbox.faults(
            {
                "match": {"method": "GET", "path": "/v1/accounts"},
                "effect": "status",
                "status": 500,
            }
        )

        text = await portal.get(f"{HOME}/success")

        assert "Stripe is not answering right now" in text
        assert "hx-get" in text

    async def test_refresh_mints_a_new_link_each_time(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """303 straight to Stripe, never the same address."""
        portal = await signed_in(client)
        first = await _connect(portal)

        answers = [await portal.send("GET", f"{HOME}/refresh") for _ in range(2)]

        links = {a.headers["Location"] for a in answers}
        assert {a.status_code for a in answers} == {303}
        assert len(links | {first}) == 3

    async def test_refresh_without_an_account_goes_back_to_the_settings(
        self, client: TestClientProtocol
    ) -> None:
        """With a sentence."""
        portal = await signed_in(client)
        answer = await portal.send("GET", f"{HOME}/refresh")
        assert answer.headers["Location"] == HOME
        assert "Connect with Stripe first" in await portal.get(HOME)

    async def test_refresh_is_rate_limited(self, client: TestClientProtocol) -> None:
        """A loop between two pages cannot run for ever."""
        portal = await signed_in(client)
        statuses = [
            (await portal.send("GET", f"{HOME}/refresh")).status_code for _ in range(14)
        ]
        assert 429 in statuses

    async def test_a_stranger_gets_no_link(self, client: TestClientProtocol) -> None:
        """Stripe's redirect carries no rights: only the vendor's own session does."""
        for path in ("refresh", "success", ""):
            answer = await client.get(f"{HOME}/{path}".rstrip("/"))
            assert urlsplit(answer.headers["Location"]).path == "/vendor/login"

    async def test_account_updated_on_the_webhook_does_the_same(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Without anyone looking at the page."""
        portal = await signed_in(client)
        await _connect(portal)
        account = str((await _row(portal)).stripe_account_id)
        sandbox.complete(account)

        assert await service.sync_account_by_stripe_id(gateway, account)

        assert "You can take payments" in await portal.get(HOME)


class TestSettled:
    async def _settled(self, portal: Portal, sandbox: RunningSandbox) -> str:
        await _connect(portal)
        account = str((await _row(portal)).stripe_account_id)
        sandbox.complete(account)
        await portal.get(f"{HOME}/success")
        return account

    async def test_the_stripe_dashboard_opens_by_a_fresh_link(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """One per click, never in a page."""
        portal = await signed_in(client)
        await self._settled(portal, sandbox)

        links = [
            (await portal.post(f"{HOME}/dashboard")).headers["Location"]
            for _ in range(2)
        ]

        assert links[0] != links[1]
        page = await portal.get(HOME)
        assert all(
            link.startswith(sandbox.base_url) and link not in page for link in links
        )

    async def test_the_schedule_is_written_through(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """With a minimum we pay, so Stripe must not; without one Stripe pays on that day.

        The page shows what holds.
        """
        portal = await signed_in(client)
        account = await self._settled(portal, sandbox)

        assert (await gateway.balance_settings.get(account)).interval == "manual"

        wanted = {
            "payout_schedule": "monthly",
            "month_day": "31",
            "minimum_payout": "0",
        }
        answer = await portal.post(f"{HOME}/schedule", wanted)

        assert answer.status_code == 303
        assert await gateway.balance_settings.get(account) == PayoutSettings(
            "monthly", monthly_days=(31,)
        )
        row = await _row(portal)
        assert (row.payout_schedule, row.payout_anchor, row.minimum_payout) == (
            "monthly",
            "31",
            0,
        )
        text = await portal.get(HOME)
        assert '<option selected value="31">The last day' in text
        answer = await portal.post(
            f"{HOME}/schedule", {**wanted, "minimum_payout": "12,50"}
        )
        assert (await gateway.balance_settings.get(account)).interval == "manual"
        assert (await _row(portal)).minimum_payout == 1250

    @pytest.mark.parametrize("value", ["", "-1", "abc", "0.234", "9" * 30])
    async def test_a_minimum_that_is_none_is_told_beside_the_field(
        self, client: TestClientProtocol, sandbox: RunningSandbox, value: str
    ) -> None:
        """422, what was typed is kept, nothing sent."""
        portal = await signed_in(client)
        await self._settled(portal, sandbox)
        wanted = {
            "payout_schedule": "weekly",
            "weekday": "friday",
            "minimum_payout": value,
        }
        answer = await portal.post(f"{HOME}/schedule", wanted)
        text = await answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert 'id="minimum_payout-error"' in text
        assert '<option selected value="friday">' in text
        assert (await _row(portal)).minimum_payout == 2000

    @pytest.mark.parametrize("value", ["manual", "hourly", ""])
    async def test_another_schedule_is_refused(
        self, client: TestClientProtocol, sandbox: RunningSandbox, value: str
    ) -> None:
        """422, nothing sent."""
        portal = await signed_in(client)
        await self._settled(portal, sandbox)
        assert (
            await portal.post(f"{HOME}/schedule", {"payout_schedule": value})
        ).status_code == 422
        assert (await _row(portal)).payout_schedule == "weekly"

    async def test_the_schedule_stays_while_stripe_is_down(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """503 with a sentence; the row keeps Stripe's last word."""
        portal = await signed_in(client)
        await self._settled(portal, sandbox)
        sandbox.faults(
            {
                "match": {"path": "/v1/balance_settings"},
                "effect": "status",
                "status": 500,
            }
        )

        answer = await portal.post(
            f"{HOME}/schedule", {"payout_schedule": "daily", "minimum_payout": "20"}
        )

        assert answer.status_code == 503
        assert "Stripe is not answering right now" in await answer.get_data(
            as_text=True
        )
        assert (await _row(portal)).payout_schedule == "weekly"

    async def test_what_is_missing_is_told_in_words(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Never Stripe's own keys."""
        portal = await signed_in(client)
        account = await self._settled(portal, sandbox)
        needs = {
            "currently_due": ["individual.verification.document", "brand.new_thing"]
        }
        sandbox.control("POST", f"accounts/{account}", {"requirements": needs})
        config = await service.sync_account(gateway, vendor_id=portal.vendor_id)

        text = await portal.get(HOME)

        assert config.account_status is AccountStatus.RESTRICTED_SOON
        assert "You can take payments" in text
        assert "A photo of your passport or identity card" in text
        assert "A few more details" in text
        assert (
            "Stripe needs a photo of your passport or identity card and a few more details"
            in text
        )
        assert "individual.verification" not in text

    async def test_the_fee_is_shown_and_not_the_vendor_s_to_set(
        self, client: TestClientProtocol
    ) -> None:
        """Set by the marketplace."""
        portal = await signed_in(client)
        text = await portal.get(HOME)
        assert "2.5%" in text
        assert "set by the marketplace" in text
        assert (await get_vendor_payment_config(portal.vendor_id)).currency == "EUR"
