"""A payout is made once, whatever is lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core.errors import TryLater
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import PayoutState
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.stripe_writes.models import StripeWrite
from tests.support.market import open_shop
from tests.support.money import assert_books_agree
from tests.support.paid_out import SHARE, the_payout
from tests.support.payouts import (
    payday,
    payday_unheard,
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
            sandbox.breaks("/v1/payouts", effect, times=3)
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
            await payday_unheard(context, sandbox)
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
            await payday_unheard(context, sandbox)
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
