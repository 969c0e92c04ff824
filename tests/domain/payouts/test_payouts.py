"""Payouts on our own paydays: made once, followed to the bank and back, itemised to orders; the
books agree with Stripe throughout.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core.errors import TryLater
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payouts import breakdown, scheduler, service, sync
from shared.finance.payouts.errors import NotCancelable
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.payouts.rules import PayoutState
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.mail.models import Email
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.orders.models import Order
from tests.support.market import open_shop, stripe_post
from tests.support.money import assert_books_agree, booked, held, sell
from tests.support.payouts import (
    new_bank,
    on_payday,
    payday,
    plan,
    ready,
    swept,
    time_of,
    work,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
SHARE = 4990 - 125  # of the shop's one product, after 2.5 per cent


async def the_payout() -> Payout:
    """The only one there is."""
    return await Payout.get()


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


class TestCrashes:
    @pytest.mark.parametrize("effect", ["reset_before", "reset_after"])
    async def test_a_lost_answer_heals_under_the_same_key(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox, effect: str
    ) -> None:
        """Made once, whether Stripe heard us or not, by the job that pays or the one that asks."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            sandbox.faults(
                {
                    "match": {"method": "POST", "path": "/v1/payouts"},
                    "effect": effect,
                    "times": 3,
                }
            )
            with pytest.raises(TryLater):
                await payday(context)
            assert (await the_payout()).status == PayoutState.OPENING
            sandbox.faults()
            await work(context, "stripe_writes.perform")
            await work(context, "payouts.pay")
            row = await the_payout()
            assert (row.status, row.amount) == (PayoutState.PENDING, SHARE)
            assert len(sandbox.events("payout.created")) == 1
            assert await LedgerPosting.filter(kind="payout_sent").count() == 1
            await assert_books_agree(sandbox)

    async def test_a_key_that_stripe_forgot_makes_no_second_payout(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """After a day the key means nothing any more, and there is money for another; the payout is
        found by its mark.
        """
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            sandbox.faults(
                {
                    "match": {"method": "POST", "path": "/v1/payouts"},
                    "effect": "reset_after",
                    "times": 3,
                }
            )
            with pytest.raises(TryLater):
                await payday(context)
            sandbox.faults()
            await ready(gateway, sandbox, time, shop)
            await work(context, "stripe_writes.perform")
            assert (await the_payout()).status == PayoutState.PAID
            assert len(sandbox.events("payout.created")) == 1
            await assert_books_agree(sandbox)

    async def test_news_that_overtakes_the_answer_finds_its_row(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A webhook or sweep knows our payout by the key that it bears."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            sandbox.faults(
                {
                    "match": {"method": "POST", "path": "/v1/payouts"},
                    "effect": "reset_after",
                    "times": 3,
                }
            )
            with pytest.raises(TryLater):
                await payday(context)
            sandbox.faults()
            await swept(context)
            assert (await the_payout()).status == PayoutState.PENDING
            await work(context, "stripe_writes.perform")
            assert await Payout.all().count() == 1
            await assert_books_agree(sandbox)

    async def test_a_failure_that_stripe_stored_is_tried_again_under_the_next_key(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The same payout, in the same row; Stripe makes it once."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            rule = {
                "match": {"method": "POST", "path": "/v1/payouts"},
                "effect": "status",
                "status": 500,
            }
            sandbox.faults({**rule, "stored": True, "times": 1})
            with pytest.raises(StripeUnavailable):
                await payday(context)
            sandbox.faults()
            await work(context, "payouts.pay")
            assert (await the_payout()).status == PayoutState.PENDING
            write = await StripeWrite.get(operation="payouts.create")
            assert (write.state, write.attempt) == ("answered", 2)
            assert write.key == f"{(await the_payout()).idempotency_key}:2"
            assert len(sandbox.events("payout.created")) == 1
            await assert_books_agree(sandbox)

    async def test_a_refusal_is_a_sentence_and_the_payday_is_not_lost(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Three tries, then the next payday has its turn."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            refuse = {
                "match": {"method": "POST", "path": "/v1/payouts"},
                "effect": "status",
                "status": 400,
                "code": "payouts_not_allowed",
            }
            sandbox.faults(refuse)
            for _ in range(5):
                await payday(context)
            sandbox.faults()
            rows = await Payout.all()
            assert [r.status for r in rows] == [PayoutState.REFUSED] * 3
            assert all("switched payouts" in r.refusal for r in rows)
            await assert_books_agree(sandbox)
            time.to_weekday(0)
            time.days(7)
            await payday(context)
            assert await Payout.filter(status=PayoutState.PENDING).count() == 1


class TestToTheBankAndBack:
    async def test_from_pending_to_the_bank(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Each step is followed; nothing is owed of it once it has arrived."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            await payday(context)
            seen = []
            for _ in range(3):
                await swept(context)
                seen.append((await the_payout()).status)
                await assert_books_agree(sandbox)
                time.days(1)
            assert seen == ["pending", "in_transit", "paid"]
            assert await booked(Account.VENDOR_PAYABLE, vendor_id=shop.vendor_id) == {}
            assert await booked(Account.BANK_VENDOR, vendor_id=shop.vendor_id) == {}
            assert (await the_payout()).trace_id

    @pytest.mark.parametrize("days", [0, 1, 4])
    async def test_a_payout_that_the_bank_returns_is_owed_again(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox, days: int
    ) -> None:
        """Before and after it arrived; the vendor is told why, payouts stop until the bank details
        are mended, then go on.
        """
        with time_of(sandbox) as time:
            shop = await on_payday(gateway, sandbox, time)
            await payday(context)
            time.days(days)
            await swept(context)
            row = await the_payout()
            sandbox.control(
                "POST",
                f"payouts/{row.stripe_payout_id}/fail",
                {"failure_code": "account_closed"},
            )
            await swept(context)
            await row.refresh_from_db()
            assert (row.status, row.failure_code) == ("failed", "account_closed")
            assert await booked(Account.VENDOR_PAYABLE, vendor_id=shop.vendor_id) == {
                "EUR": -SHARE
            }
            await assert_books_agree(sandbox)
            mail = await Email.get(kind="payout_failed")
            assert "The bank account has been closed." in mail.text
            time.to_weekday(1)
            await payday(context)
            assert await Payout.all().count() == 1
            await new_bank(sandbox, shop.account_id)
            await payday(context)
            again = await Payout.exclude(id=row.id).get()
            assert (again.amount, again.status) == (SHARE, "pending")
            (item,) = await PayoutItem.filter(payout_id=again.id)
            assert item.amount == SHARE
            await assert_books_agree(sandbox)

    async def test_a_refund_after_the_payout_is_paid_back_before_the_next_one(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """What the vendor owes is taken from its next sale first."""
        from shared.finance.recovery import service as clawback
        from shared.infra import unit

        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox, stock=9)
            await plan(gateway, shop, "daily")
            payment = await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            await payday(context)
            async with unit.transaction() as tx:
                await clawback.set_claim(
                    tx, subject="dispute:1", payment=payment, amount=1000
                )
            await clawback.settle(gateway, "dispute:1")
            assert await booked(
                Account.VENDOR_RECEIVABLE, vendor_id=shop.vendor_id
            ) == {"EUR": 1000}
            await sell(gateway, sandbox, shop)
            time.days(5)
            time.to_weekday(1)
            await payday(context)
            row = await Payout.all().order_by("-id").first()
            assert row is not None
            assert row.amount == SHARE - 1000
            items = [
                i.amount
                for i in await PayoutItem.filter(payout_id=row.id).order_by("entry_id")
            ]
            assert sorted(items) == [-1000, SHARE]
            assert (
                await booked(Account.VENDOR_RECEIVABLE, vendor_id=shop.vendor_id) == {}
            )
            assert await booked(
                Account.STRIPE_VENDOR, vendor_id=shop.vendor_id
            ) == held(sandbox, shop.account_id)

    async def test_a_payout_can_be_called_back_while_it_is_pending(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Later it cannot, and says so; its payday does not come again."""
        with time_of(sandbox) as time:
            shop = await on_payday(gateway, sandbox, time)
            await payday(context)
            row = await the_payout()
            done = await service.cancel(
                gateway, vendor_id=shop.vendor_id, payout_id=row.id, actor="member:1"
            )
            assert done.status == PayoutState.CANCELED
            await assert_books_agree(sandbox)
            await payday(context)
            assert await Payout.all().count() == 1
            time.to_weekday(1)
            await payday(context)
            second = await Payout.exclude(id=row.id).get()
            time.days(1)
            with pytest.raises(NotCancelable):
                await service.cancel(
                    gateway,
                    vendor_id=shop.vendor_id,
                    payout_id=second.id,
                    actor="member:1",
                )
            await second.refresh_from_db()
            assert second.status == PayoutState.IN_TRANSIT
            await assert_books_agree(sandbox)

    async def test_the_platforms_own_payouts_are_in_the_books_too(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Made by hand in the dashboard; found by the sweep, arrived and returned."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            made = await stripe_post(
                sandbox, "/v1/payouts", amount="20", currency="eur"
            )
            await swept(context)
            row = await the_payout()
            assert (row.vendor_id, row.amount, row.status) == (None, 20, "pending")
            await assert_books_agree(sandbox)
            assert await booked(Account.BANK_PLATFORM) == {"EUR": 20}
            sandbox.control(
                "POST", f"payouts/{made['id']}/fail", {"failure_code": "declined"}
            )
            await swept(context)
            assert await booked(Account.BANK_PLATFORM) == {}
            await assert_books_agree(sandbox)
