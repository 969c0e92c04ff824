"""The operator holds payouts, or keeps a part of each sale for a while."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from portal.payouts.sentences import no_instant
from shared.core.errors import Conflict, Invalid
from shared.core.money import Money
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger.chart import Account
from shared.finance.payouts import instant_payouts, operator_holds, reserves
from shared.finance.payouts.instant_payouts import NothingToSend
from shared.finance.payouts.models import Payout, ReserveHold
from shared.finance.recovery import service as clawback
from shared.infra import unit
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.mail.models import Email
from tests.support.market import open_shop
from tests.support.money import assert_books_agree, booked, sell
from tests.support.paid_out import SHARE
from tests.support.payouts import new_bank, payday, plan, ready, time_of, work

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


TENTH = 487  # ten per cent of it, half up


class TestHold:
    async def test_a_hold_stops_payouts_until_it_is_released(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The vendor gets both mails and reads the reason; then its money goes out on the next
        payday.
        """
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await new_bank(sandbox, shop.account_id)
            await plan(gateway, shop, "daily")
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            await operator_holds.hold(
                vendor_id=shop.vendor_id,
                reason=" Many \n complaints ",
                actor="member:9",
            )
            await payday(context)
            assert await Payout.all().count() == 0
            with pytest.raises(NothingToSend) as refused:
                await instant_payouts.pay(
                    gateway,
                    vendor_id=shop.vendor_id,
                    amount=Money(SHARE, "EUR"),
                    actor="m",
                )
            assert "Many complaints" in no_instant(refused.value.offer)
            assert "Many complaints" in (await Email.get(kind="payouts_held")).text
            await operator_holds.release(vendor_id=shop.vendor_id, actor="member:9")
            assert await Email.filter(kind="payouts_released").count() == 1
            with pytest.raises(Conflict):
                await operator_holds.release(vendor_id=shop.vendor_id, actor="member:9")
            await payday(context)
            assert (await Payout.get()).amount == SHARE

    async def test_stripe_is_kept_from_paying_while_it_lasts(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A vendor without a minimum is on Stripe's schedule again afterwards."""
        shop = await open_shop(gateway, sandbox)
        await plan(gateway, shop, "weekly", "friday", minimum=0)
        await operator_holds.hold(
            vendor_id=shop.vendor_id, reason="x", actor="member:9"
        )
        await work(context, "payouts.write_settings")
        assert (
            await gateway.balance_settings.get(shop.account_id)
        ).interval == "manual"
        await operator_holds.release(vendor_id=shop.vendor_id, actor="member:9")
        await work(context, "payouts.write_settings")
        assert await gateway.balance_settings.get(shop.account_id) == PayoutSettings(
            "weekly", weekly_days=("friday",)
        )

    @pytest.mark.parametrize("reason", ["", "  \n", "x" * 301])
    async def test_a_hold_has_a_reason(
        self, gateway: Gateway, sandbox: RunningSandbox, reason: str
    ) -> None:
        """Short enough to be read."""
        shop = await open_shop(gateway, sandbox)
        with pytest.raises(Invalid):
            await operator_holds.hold(
                vendor_id=shop.vendor_id, reason=reason, actor="member:9"
            )
        assert (
            await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
        ).payouts_held_at is None


class TestReserve:
    async def test_a_part_of_each_sale_waits_for_its_day(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """It is not paid out before, and it is after."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await plan(gateway, shop, "daily", minimum=100)
            await operator_holds.set_reserve(
                vendor_id=shop.vendor_id,
                percentage=Decimal(10),
                days=30,
                actor="member:9",
            )
            await ready(gateway, sandbox, time, shop)
            await work(context)
            hold = await ReserveHold.get()
            assert hold.amount == TENTH
            await assert_books_agree(sandbox)
            time.to_weekday(0)
            await payday(context)
            assert (await Payout.get()).amount == SHARE - TENTH
            assert await reserves.release_due() == 0
            time.days(31)
            assert await reserves.release_due() == 1
            assert await reserves.release_due() == 0
            assert await booked(Account.VENDOR_RESERVED, vendor_id=shop.vendor_id) == {}
            time.to_weekday(0)
            await payday(context)
            rest = await Payout.all().order_by("-id").first()
            assert rest is not None
            assert rest.amount == TENTH
            await assert_books_agree(sandbox)

    async def test_it_is_held_once_whatever_comes_twice(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Two jobs at once too."""
        shop = await open_shop(gateway, sandbox)
        await operator_holds.set_reserve(
            vendor_id=shop.vendor_id, percentage=Decimal(10), days=30, actor="member:9"
        )
        payment = await sell(gateway, sandbox, shop)
        await asyncio.gather(*(reserves.take(payment.id) for _ in range(3)))
        await work(context, "payouts.reserve")
        assert await ReserveHold.all().count() == 1
        assert await booked(Account.VENDOR_RESERVED, vendor_id=shop.vendor_id) == {
            "EUR": -TENTH
        }

    @pytest.mark.parametrize(
        ("taken", "left"),
        [(1000, TENTH), (SHARE - 200, 200), (SHARE, 0)],
    )
    async def test_a_refund_lets_go_of_what_it_no_longer_covers(
        self,
        context: Context,
        gateway: Gateway,
        sandbox: RunningSandbox,
        taken: int,
        left: int,
    ) -> None:
        """A hold is never more than is left of its sale; its day releases the rest."""
        from shared.finance.ledger import postings
        from shared.finance.ledger import service as ledger

        shop = await open_shop(gateway, sandbox)
        await operator_holds.set_reserve(
            vendor_id=shop.vendor_id, percentage=Decimal(10), days=30, actor="member:9"
        )
        payment = await sell(gateway, sandbox, shop)
        await work(context)
        async with unit.transaction() as tx:
            fact = postings.RefundFact(
                1, payment.order_id, shop.vendor_id, "EUR", taken, 0, "re_1"
            )
            await ledger.post(tx, postings.refund(fact))
            await clawback.set_claim(
                tx, subject="refund:1", payment=payment, amount=taken
            )
        await work(context)
        reserved = await booked(Account.VENDOR_RESERVED, vendor_id=shop.vendor_id)
        assert reserved == ({"EUR": -left} if left else {})
        assert await booked(Account.VENDOR_PAYABLE, vendor_id=shop.vendor_id) == (
            {"EUR": -(SHARE - taken - left)} if SHARE - taken - left else {}
        )
        hold = await ReserveHold.get()
        await ReserveHold.filter(id=hold.id).update(
            release_at=hold.created_at - timedelta(days=1)
        )
        await reserves.release_due()
        assert await booked(Account.VENDOR_RESERVED, vendor_id=shop.vendor_id) == {}

    async def test_the_last_of_it_gives_the_schedule_back_to_stripe(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """As long as something is held back Stripe does not pay by itself."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await plan(gateway, shop, "daily", minimum=0)
            await operator_holds.set_reserve(
                vendor_id=shop.vendor_id,
                percentage=Decimal(10),
                days=9,
                actor="member:9",
            )
            await work(context, "payouts.write_settings")
            await sell(gateway, sandbox, shop)
            await work(context)
            await operator_holds.set_reserve(
                vendor_id=shop.vendor_id,
                percentage=Decimal(0),
                days=0,
                actor="member:9",
            )
            await work(context, "payouts.write_settings")
            assert (
                await gateway.balance_settings.get(shop.account_id)
            ).interval == "manual"
            time.days(10)
            await reserves.release_due()
            await work(context, "payouts.write_settings")
            assert (
                await gateway.balance_settings.get(shop.account_id)
            ).interval == "daily"

    @pytest.mark.parametrize(
        ("percentage", "days"),
        [
            ("-1", 5),
            ("51", 5),
            ("1.234", 5),
            ("NaN", 5),
            ("10", 181),
            ("10", 0),
            ("0", 10),
        ],
    )
    async def test_a_reserve_out_of_bounds_is_refused(
        self, gateway: Gateway, sandbox: RunningSandbox, percentage: str, days: int
    ) -> None:
        """Both figures, or neither."""
        shop = await open_shop(gateway, sandbox)
        with pytest.raises(Invalid):
            await operator_holds.set_reserve(
                vendor_id=shop.vendor_id,
                percentage=Decimal(percentage),
                days=days,
                actor="m",
            )
