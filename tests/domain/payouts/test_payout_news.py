"""What will be paid out is foretold, and Stripe's news of payouts is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core.money import Money
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox.handlers import handle
from shared.finance.payouts.forecast import next_payout
from shared.finance.payouts.models import Payout
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.gateway.events import VerifiedEvent
from tests.support.market import open_shop
from tests.support.money import assert_books_agree, sell
from tests.support.paid_out import SHARE
from tests.support.payouts import payday, plan, ready, swept, time_of

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestForecast:
    async def test_it_is_what_then_happens(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The first payday on which the money can leave, and exactly so much, without asking
        Stripe.
        """
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await plan(gateway, shop, "weekly", "wednesday")
            await sell(gateway, sandbox, shop)
            coming = await next_payout(shop.vendor_id)
            assert coming is not None
            assert (coming.amount, coming.obstacle, coming.day.weekday()) == (
                Money(SHARE, "EUR"),
                None,
                2,
            )
            for _ in range(20):
                await payday(context)
                if await Payout.exists(vendor_id=shop.vendor_id):
                    break
                time.days(1)
            assert time.now.date() == coming.day
            assert (await Payout.get()).amount == SHARE

    async def test_without_stripe_there_is_none(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Nothing is promised before there is a bank."""
        assert await next_payout(4711) is None


class TestNews:
    @pytest.mark.parametrize(
        "kind", ["payout.paid", "payout.failed", "payout.reconciliation_completed"]
    )
    async def test_an_event_is_a_nudge(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox, kind: str
    ) -> None:
        """Whatever it says, the payout is read again; older news, and the same twice, change
        nothing.
        """
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            await payday(context)
            row = await Payout.get()
            event = _event(kind, shop.account_id, row.stripe_payout_id)
            for _ in range(2):
                assert await handle(context, "connect", event) == "payout is pending"
            time.days(3)
            assert await handle(context, "connect", event) == "payout is paid"
            await assert_books_agree(sandbox)

    async def test_what_is_not_ours_is_left_alone(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """An account we do not know, a payout that is none."""
        for account, payout in (("acct_strange", "po_1"), (None, "po_1"), (None, None)):
            event = _event("payout.paid", account, payout)
            assert await handle(context, "connect", event) == "not ours"
        assert await Payout.all().count() == 0

    async def test_a_schedule_that_changed_at_stripe_is_read(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """And followed, where Stripe pays."""
        shop = await open_shop(gateway, sandbox)
        await plan(gateway, shop, "daily", minimum=0)
        await gateway.balance_settings.update(
            shop.account_id,
            PayoutSettings("weekly", weekly_days=("thursday",)),
            key="dashboard:1",
        )
        event = _event("balance_settings.updated", shop.account_id, None)
        assert await handle(context, "connect", event) == "schedule read"
        row = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
        assert (row.payout_schedule, row.payout_anchor) == ("weekly", "thursday")

    async def test_a_vendor_that_left_is_passed_over(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """No payday, no sweep, no error."""
        from shared.finance.connect.service import deauthorize

        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            await deauthorize(shop.account_id)
            time.to_weekday(0)
            await payday(context)
            await swept(context)
            assert await Payout.filter(vendor_id=shop.vendor_id).count() == 0


def _event(kind: str, account: str | None, object_id: str | None) -> VerifiedEvent:
    from shared.core import clock

    return VerifiedEvent(
        "evt_1", kind, clock.now(), False, None, account, object_id, "payout"
    )
