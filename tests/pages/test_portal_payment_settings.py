"""A vendor that is connected sets how it is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.connect import service
from shared.finance.connect.queries import get_vendor_payment_config
from shared.finance.connect.rules import AccountStatus
from shared.infra.gateway.balance_settings import PayoutSettings
from tests.support.payment_settings import HOME, config_row, connect
from tests.support.portal import Portal, signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestSettled:
    async def _settled(self, portal: Portal, sandbox: RunningSandbox) -> str:
        await connect(portal)
        account = str((await config_row(portal)).stripe_account_id)
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
        row = await config_row(portal)
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
        assert (await config_row(portal)).minimum_payout == 1250

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
        assert (await config_row(portal)).minimum_payout == 2000

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
        assert (await config_row(portal)).payout_schedule == "weekly"

    async def test_the_schedule_stays_while_stripe_is_down(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """503 with a sentence; the row keeps Stripe's last word."""
        portal = await signed_in(client)
        await self._settled(portal, sandbox)
        sandbox.fails(500, "/v1/balance_settings")

        answer = await portal.post(
            f"{HOME}/schedule", {"payout_schedule": "daily", "minimum_payout": "20"}
        )

        assert answer.status_code == 503
        assert "Stripe is not answering right now" in await answer.get_data(
            as_text=True
        )
        assert (await config_row(portal)).payout_schedule == "weekly"

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
