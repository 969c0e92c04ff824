"""Payouts on their day, and on no other."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.finance.ledger.chart import Account
from shared.finance.payouts import breakdown, scheduler, sync
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.payouts.rules import PayoutState
from shared.trade.orders.models import Order
from tests.support.market import open_shop
from tests.support.money import assert_books_agree, booked, held, sell
from tests.support.paid_out import SHARE, the_payout
from tests.support.payouts import (
    payday,
    plan,
    ready,
    swept,
    time_of,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestOnItsDay:
    async def test_a_payout_is_made_on_the_payday_and_on_no_other(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """All that can leave, once it is worth sending; nothing before, nothing twice."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await plan(gateway, shop, "weekly", "tuesday")
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            await payday(context)
            assert await Payout.all().count() == 0
            time.to_weekday(1)
            for _ in range(3):
                await payday(context)
            row = await the_payout()
            assert (row.amount, row.status, row.period) == (
                SHARE,
                "pending",
                time.now.date().isoformat(),
            )
            assert (row.destination_words, row.is_automatic) == (
                "STRIPE TEST BANK ••6789",
                False,
            )
            assert held(sandbox, shop.account_id) == {}
            await assert_books_agree(sandbox)
            assert await booked(Account.BANK_VENDOR, vendor_id=shop.vendor_id) == {
                "EUR": SHARE
            }

    @pytest.mark.parametrize(
        ("month", "day"),
        [(12, 31), (2, 28)],
    )
    async def test_the_thirty_first_is_the_last_day_of_a_shorter_month(
        self,
        context: Context,
        gateway: Gateway,
        sandbox: RunningSandbox,
        month: int,
        day: int,
    ) -> None:
        """At the end of a month, whatever its length and weekday."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await plan(gateway, shop, "monthly", "31")
            await ready(gateway, sandbox, time, shop)
            end = datetime(time.now.year + 1, month, day, 2, tzinfo=UTC)
            time.to(end - timedelta(days=1))
            await payday(context)
            assert await Payout.all().count() == 0
            time.to(end)
            await payday(context)
            assert (await the_payout()).amount == SHARE
            await assert_books_agree(sandbox)

    async def test_a_payday_on_which_nobody_looked_is_made_up_for(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Two days later the payout still bears the payday's name, and there is one."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await plan(gateway, shop, "weekly", "monday")
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(6)
            await payday(context)
            time.to_weekday(2)
            await payday(context)
            await payday(context)
            row = await the_payout()
            assert row.period == (time.now.date() - timedelta(days=2)).isoformat()

    async def test_below_the_minimum_it_waits_for_more(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The next payday after the next sale pays both."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox, stock=9)
            await plan(gateway, shop, "daily", minimum=SHARE + 1)
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(1)
            await payday(context)
            assert await Payout.all().count() == 0
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(1)
            await payday(context)
            row = await the_payout()
            assert row.amount == 2 * SHARE
            assert await PayoutItem.filter(payout_id=row.id).count() == 2
            await assert_books_agree(sandbox)

    async def test_whole_units_where_the_bank_wants_them(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The rest of a forint stays in the balance."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox, country="HU", price=1_234_567)
            await plan(gateway, shop, "daily", minimum=100)
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(1)
            share = held(sandbox, shop.account_id)["HUF"]
            assert share % 100
            await payday(context)
            assert (await the_payout()).amount == share // 100 * 100
            assert held(sandbox, shop.account_id) == {"HUF": share % 100}
            await assert_books_agree(sandbox)

    async def test_two_schedulers_at_once_make_one_payout(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Whoever comes second finds it there."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            day = time.now.date()
            await asyncio.gather(
                *(
                    scheduler.pay(context, vendor_id=shop.vendor_id, payday=day)
                    for _ in range(4)
                ),
            )
            assert (await the_payout()).status == PayoutState.PENDING
            assert (
                len(
                    [
                        e
                        for e in sandbox.events("payout.created")
                        if e["account"] == shop.account_id
                    ]
                )
                == 1
            )
            await assert_books_agree(sandbox)

    async def test_a_vendor_without_a_minimum_is_stripes_to_pay(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Ours keeps out of it; what Stripe paid is found without a webhook, itemised by Stripe's
        own list.
        """
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox, stock=9)
            await plan(gateway, shop, "daily", minimum=0)
            await sell(gateway, sandbox, shop)
            await sell(gateway, sandbox, shop)
            time.days(4)
            await payday(context)
            await swept(context)
            row = await the_payout()
            assert (row.is_automatic, row.requested_by, row.period) == (
                True,
                "stripe",
                None,
            )
            view = await breakdown.payout_of(row.id)
            orders = [o.number for o in await Order.all().order_by("id")]
            assert [i.order_number for i in view.items] == orders
            assert sum(i.amount.amount for i in view.items) == row.amount == 2 * SHARE
            await swept(context)
            assert await Payout.all().count() == 1
            await assert_books_agree(sandbox)

    async def test_a_payout_made_in_the_dashboard_is_adopted(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Oldest sales first; ours pays the rest on its day."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await plan(gateway, shop, "daily")
            await ready(gateway, sandbox, time, shop)
            made = await gateway.payouts.create(
                shop.account_id,
                amount=2000,
                currency="EUR",
                instant=False,
                metadata={},
                key="dashboard:1",
            )
            await sync.sync_payout(gateway, shop.account_id, made.id)
            row = await the_payout()
            assert (row.requested_by, row.amount, row.idempotency_key) == (
                "dashboard",
                2000,
                None,
            )
            await assert_books_agree(sandbox)
            time.to_weekday(1)
            await payday(context)
            ours = await Payout.get(idempotency_key__not_isnull=True)
            assert ours.amount == SHARE - 2000
            assert [i.amount for i in await PayoutItem.all().order_by("id")] == [
                2000,
                SHARE - 2000,
            ]
