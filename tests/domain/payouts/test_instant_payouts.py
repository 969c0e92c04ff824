"""A vendor is paid at once, and a bank that fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from portal.payouts.sentences import no_instant
from shared.core.errors import Conflict
from shared.core.money import Money
from shared.core.words import word
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payouts import instant_payouts, service
from shared.finance.payouts.errors import AmountChanged
from shared.finance.payouts.forecast import next_payout
from shared.finance.payouts.instant_payouts import NothingToSend
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import Obstacle, PayoutState
from tests.support.market import open_shop
from tests.support.money import assert_books_agree, held
from tests.support.paid_out import SHARE
from tests.support.payouts import new_bank, payday, plan, ready, swept, time_of, work

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


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


def test_a_refusal_of_an_instant_payout_has_words() -> None:
    """The one that previews use."""
    assert "instant" in word("payouts.refusals", "instant_payouts_unsupported")
    assert service.CANCEL
