"""Payouts reach the bank, come back, or are called back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.ledger.chart import Account
from shared.finance.payouts import service
from shared.finance.payouts.errors import NotCancelable
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.payouts.rules import PayoutState
from shared.infra.mail.models import Email
from tests.support.market import open_shop, stripe_post
from tests.support.money import assert_books_agree, booked, held, sell
from tests.support.paid_out import SHARE, the_payout
from tests.support.payouts import (
    new_bank,
    on_payday,
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
