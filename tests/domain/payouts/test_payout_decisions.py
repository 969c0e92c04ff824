"""What people decide about payouts: at once, on hold, a reserve; and what Stripe's own news of them
does.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from portal.payouts.sentences import no_instant
from shared.core.errors import Conflict, Invalid
from shared.core.money import Money
from shared.core.words import word
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox.handlers import handle
from shared.finance.ledger.chart import Account
from shared.finance.payouts import instant_payouts, operator_holds, reserves, service
from shared.finance.payouts.errors import AmountChanged
from shared.finance.payouts.forecast import next_payout
from shared.finance.payouts.instant_payouts import NothingToSend
from shared.finance.payouts.models import Payout, ReserveHold
from shared.finance.payouts.rules import Obstacle, PayoutState
from shared.finance.recovery import service as clawback
from shared.infra import unit
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.mail.models import Email
from tests.support.market import open_shop
from tests.support.money import assert_books_agree, booked, held, sell
from tests.support.payouts import new_bank, payday, plan, ready, swept, time_of, work

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
SHARE = 4990 - 125
TENTH = 487  # ten per cent of it, half up
FEE = 49  # one per cent of it, what the stand-in takes for an instant payout
NET = Money(SHARE - FEE, "EUR")


class TestAtOnce:
    async def test_an_instant_payout_sends_what_the_preview_showed(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Below the minimum as well; within minutes it is there."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await new_bank(sandbox, shop.account_id)
            await plan(gateway, shop, minimum=999_999)
            await ready(gateway, sandbox, time, shop)
            offer = await instant_payouts.preview(
                gateway, vendor_id=shop.vendor_id, currency="EUR"
            )
            assert (offer.amount, offer.fee, offer.bank) == (
                NET,
                Money(FEE, "EUR"),
                "••6788",
            )
            row = await instant_payouts.pay(
                gateway, vendor_id=shop.vendor_id, amount=NET, actor="member:1", fee=FEE
            )
            assert (row.method, row.status, row.requested_by) == (
                "instant",
                "pending",
                "member:1",
            )
            assert held(sandbox, shop.account_id) == {}
            await assert_books_agree(sandbox)

    async def test_where_the_bank_cannot_it_says_so(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A sentence, and nothing is asked of Stripe."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            with pytest.raises(NothingToSend) as refused:
                await instant_payouts.pay(
                    gateway,
                    vendor_id=shop.vendor_id,
                    amount=Money(100, "EUR"),
                    actor="member:1",
                )
            assert "does not take instant payouts" in no_instant(refused.value.offer)
            assert await Payout.all().count() == 0

    @pytest.mark.parametrize("amount", [SHARE - FEE + 1, 0])
    async def test_never_more_than_there_is(
        self, gateway: Gateway, sandbox: RunningSandbox, amount: int
    ) -> None:
        """Nor nothing."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await new_bank(sandbox, shop.account_id)
            await ready(gateway, sandbox, time, shop)
            with pytest.raises(AmountChanged):
                await instant_payouts.pay(
                    gateway,
                    vendor_id=shop.vendor_id,
                    amount=Money(amount, "EUR"),
                    actor="member:1",
                    fee=FEE,
                )
            assert await Payout.all().count() == 0

    async def test_a_double_click_sends_it_once(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """And the scheduler at the same moment finds nothing left."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await new_bank(sandbox, shop.account_id)
            await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            twice = [
                instant_payouts.pay(
                    gateway, vendor_id=shop.vendor_id, amount=NET, actor="m", fee=FEE
                )
                for _ in range(2)
            ]
            done = await asyncio.gather(*twice, payday(context), return_exceptions=True)
            assert [
                type(e)
                for e in done
                if isinstance(e, Exception) and not isinstance(e, Conflict)
            ] == []
            assert len(sandbox.events("payout.created")) == 1
            assert await Payout.exclude(status=PayoutState.REFUSED).count() == 1
            await assert_books_agree(sandbox)

    async def test_a_bank_that_fails_instant_ones_gives_the_money_back(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Stripe's test number for it."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await new_bank(sandbox, shop.account_id, "000888888883")
            await ready(gateway, sandbox, time, shop)
            row = await instant_payouts.pay(
                gateway, vendor_id=shop.vendor_id, amount=NET, actor="m", fee=FEE
            )
            time.days(1)
            await swept(context)
            await row.refresh_from_db()
            assert (row.status, row.failure_code) == ("failed", "could_not_process")
            await assert_books_agree(sandbox)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("000111111116", "no_account"),
        ("000111111113", "account_closed"),
        ("000222222227", "insufficient_funds"),
        ("000333333335", "debit_not_authorized"),
        ("000444444440", "invalid_currency"),
    ],
)
async def test_banks_that_fail_are_told_of_and_stop_payouts(
    context: Context, gateway: Gateway, sandbox: RunningSandbox, number: str, code: str
) -> None:
    """Every test number of Stripe's: the money is owed again, the forecast says why nothing goes
    out.
    """
    with time_of(sandbox) as time:
        shop = await open_shop(gateway, sandbox)
        await plan(gateway, shop, "daily")
        await new_bank(sandbox, shop.account_id, number)
        await ready(gateway, sandbox, time, shop)
        time.to_weekday(0)
        await payday(context)
        time.days(3)
        await swept(context)
        await work(context, "vendors.sync_account")
        row = await Payout.get()
        assert (row.status, row.failure_code) == ("failed", code)
        await assert_books_agree(sandbox)
        coming = await next_payout(shop.vendor_id)
        assert coming is not None
        assert coming.obstacle is Obstacle.BANK_ERRORED
        await payday(context)
        assert await Payout.all().count() == 1


async def test_a_bank_that_was_replaced_before_its_payout_came_back_stops_nothing(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """What comes back came back from the old one; the account's own word counts, on every page at
    once.
    """
    with time_of(sandbox) as time:
        shop = await open_shop(gateway, sandbox)
        await plan(gateway, shop, "daily")
        await new_bank(sandbox, shop.account_id, "000111111116")
        await ready(gateway, sandbox, time, shop)
        time.to_weekday(0)
        await payday(context)
        await new_bank(sandbox, shop.account_id)
        time.days(3)
        await swept(context)
        await work(context, "vendors.sync_account")
        row = await Payout.get()
        assert row.status == "failed"
        coming = await next_payout(shop.vendor_id)
        assert coming is not None
        assert (coming.obstacle, coming.amount, coming.bank) == (
            None,
            Money(SHARE, "EUR"),
            "••6788",
        )
        config = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
        assert not config.external_account_errored
        before = len(sandbox.requests())
        await instant_payouts.preview(gateway, vendor_id=shop.vendor_id, currency="EUR")
        asked = [entry["path"] for entry in sandbox.requests()[before:]]
        # Nothing new: no more is read.
        assert asked == [
            "/v1/balance",
            f"/v1/accounts/{shop.account_id}/external_accounts",
        ]


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


def test_a_refusal_of_an_instant_payout_has_words() -> None:
    """The one that previews use."""
    assert "instant" in word("payouts.refusals", "instant_payouts_unsupported")
    assert service.CANCEL
