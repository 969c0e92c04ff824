"""A vendor connects with Stripe on its payment page, and comes back from it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from shared.finance.connect import service
from shared.trade.catalogue.models import Product
from tests.support.factories import make_product
from tests.support.payment_settings import FORM, HOME, config_row, connect
from tests.support.portal import signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestConnecting:
    async def test_the_button_leads_to_the_hosted_onboarding(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """Account made, straight on to Stripe; the page then offers to continue."""
        portal = await signed_in(client)
        before = await portal.get(HOME)

        location = await connect(portal)

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
        third = await connect(portal)

        assert {a.status_code for a in answers} <= {303, 503}
        assert sandbox.control("GET", "state")["counts"]["account"] == 1
        assert third.startswith(sandbox.base_url)

    async def test_the_country_s_currency_is_chosen_unless_another_is_named(
        self, client: TestClientProtocol
    ) -> None:
        """A Danish shop sells in kroner, or in euros when it wants to."""
        portal = await signed_in(client)
        await connect(portal, country="DK", currency="EUR")
        assert (await config_row(portal)).currency == "EUR"

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
        assert (await config_row(portal)).stripe_account_id is None

    async def test_with_products_the_currency_stays(
        self, client: TestClientProtocol
    ) -> None:
        """Prices keep their meaning whatever the form sends."""
        portal = await signed_in(client)
        await make_product(await portal.vendor())

        await connect(portal, country="DK", currency="DKK")

        assert (await config_row(portal)).currency == "EUR"
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
        sandbox.fails(500, "/v1/accounts")
        answer = await portal.post(
            f"{HOME}/connect", {**FORM, "business_name": "My own words"}
        )
        text = await answer.get_data(as_text=True)
        assert answer.status_code == 503
        assert "Stripe is not answering right now" in text
        assert "My own words" in text

        sandbox.reset()  # the stand-in forgets the failure that it would repeat for this key
        await connect(portal)
        assert sandbox.control("GET", "state")["counts"]["account"] == 1

    async def test_other_fields_never_reach_stripe(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """The form is the allow-list: type, capabilities and metadata of a stranger are not passed
        on.
        """
        portal = await signed_in(client)
        await connect(
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
        await connect(portal)
        early = await portal.get(f"{HOME}/success?done=1&account=acct_other")
        sandbox.complete(str((await config_row(portal)).stripe_account_id))
        late = await portal.get(f"{HOME}/success")

        assert "You cannot take payments yet" in early
        assert "Continue onboarding" in early
        assert "external_account" not in early
        assert "You can take payments" in late
        assert (await config_row(portal)).accepts_payments

    async def test_the_fragment_asks_again_more_slowly_and_stops_when_settled(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """2 s, 5 s, 15 s; then nothing more to ask."""
        portal = await signed_in(client)
        await connect(portal)
        asked = {
            n: await portal.get(f"{HOME}/success?asked={n}", htmx="div#account-state")
            for n in (0, 12, 25, 40)
        }
        sandbox.complete(str((await config_row(portal)).stripe_account_id))
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
        await connect(portal)
        sandbox.breaks("/v1/accounts", "status", method="GET", status=500)

        text = await portal.get(f"{HOME}/success")

        assert "Stripe is not answering right now" in text
        assert "hx-get" in text

    async def test_refresh_mints_a_new_link_each_time(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """303 straight to Stripe, never the same address."""
        portal = await signed_in(client)
        first = await connect(portal)

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
        await connect(portal)
        account = str((await config_row(portal)).stripe_account_id)
        sandbox.complete(account)

        assert await service.sync_account_by_stripe_id(gateway, account)

        assert "You can take payments" in await portal.get(HOME)
