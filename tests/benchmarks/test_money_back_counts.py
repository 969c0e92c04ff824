"""How many statements the ways of money back and out take: refunds, claims, payouts.

Counted as in test_statement_counts.py, with what follows: Stripe's events, and what the jobs do.
What the worker needs to claim and end a job is not among it.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import pytest

import run
from shared.core import clock
from shared.finance.payments.models import Payment
from shared.finance.payouts import scheduler
from shared.finance.payouts.models import Payout
from shared.finance.recovery import service as recovery
from shared.finance.recovery.models import Claim
from shared.finance.refunds import service as refunds
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.infra import unit
from shared.infra.jobs.models import Job
from shared.trade.orders.models import Order
from tests.support import market_payouts
from tests.support.counted_steps import Steps
from tests.support.market_acts import buy
from tests.support.storefront import counted

if TYPE_CHECKING:
    from tests.support.machine import Market
    from tests.support.market import Shop

T = TypeVar("T")

# The most that each way may take, with all that follows: (SQLite, PostgreSQL), and so many commits.
# Whoever betters one lowers it; docs/performance.md tells what each was before.
MOST = {
    "a refund": (55, 35, 5),
    "a claim": (25, 14, 3),
    "a claim given back": (21, 11, 2),
    "a payout": (49, 29, 5),
}


class Ways(Steps):
    """Everything that follows a step, under its name: what it took, and with how many commits."""

    def __init__(self, market: Market) -> None:
        super().__init__()
        self._market = market
        self.totals: dict[str, tuple[int, int]] = {}

    async def step(self, name: str, work: Awaitable[T]) -> T:
        """Count a step to its way; an event that is stored by itself is a commit, too."""
        with counted(alone=True) as alone:
            result = await super().step(name, work)
        statements, committed = self.totals.get(way := name.partition(":")[0], (0, 0))
        written = sum(one.startswith(("INSERT", "WITH stored")) for one in alone)
        self.totals[way] = (
            statements + self.took.pop(name),
            committed + self.commits[name] + written,
        )
        return result

    async def follow(self, name: str, *, minutes: int = 10) -> None:
        """Let the events come and the jobs of the next minutes be done."""
        for _ in range(3):
            await self._events(name)
            await self._jobs(name, until=minutes)
        assert not self._market.pending()

    async def _events(self, name: str) -> None:
        for delivery in self._market.pending():
            kind = self._market.told(delivery)["type"]
            await self.step(f"{name}: {kind}", self._market.deliver(delivery))

    async def _jobs(self, name: str, *, until: int) -> None:
        handlers = run.job_handlers()
        due = clock.now() + timedelta(minutes=until)
        for job in await Job.filter(status="waiting", run_at__lte=due).order_by("id"):
            if job.kind in {each.kind for each in run.recurring_jobs()}:
                continue
            work = handlers[job.kind](self._market.context, job.args)
            await self.step(f"{name}: job {job.kind}", work)
            await Job.filter(id=job.id).update(status="done", unique_key=None)


@pytest.mark.both_engines
async def test_money_back_and_out_takes_so_many_statements(
    market: Market, engine: str
) -> None:
    """A refund by the button, a claim taken and given back, a payout; with all that follows."""
    (shop,) = await market.fill("LU")
    await market_payouts.plan(market, shop, "daily", 1)
    sale = await buy(market, shop, 2, "bypassPending", back=True)
    other = await buy(market, shop, 3, "bypassPending", back=True)
    await Ways(market).follow("the sales", minutes=60)
    ways = Ways(market)
    await _refund(market, ways, sale)
    await _claim(market, ways, other)
    await _pay_out(market, ways, shop)
    most = {
        name: (sqlite if engine == "sqlite" else postgres, committed)
        for name, (sqlite, postgres, committed) in MOST.items()
    }
    assert ways.totals == most


async def _refund(market: Market, ways: Ways, sale: int) -> None:
    order = await Order.get(id=sale)
    asked = refunds.request(
        market.gateway,
        vendor_id=order.vendor_id,
        number=order.number,
        wish=RefundRequest(Reach.WHOLE),
        reason="requested_by_customer",
        note="",
        by="member:1",
        seen=0,
        at_once=True,
    )
    made = await ways.step("a refund", asked)
    tried = refunds.try_now(market.gateway, made.id, made.write)
    await ways.step("a refund: asked of Stripe", tried)
    await ways.follow("a refund")
    row = await Refund.get(id=made.id)
    assert (row.status, row.reverse_transfer) == ("succeeded", True)


async def _claim(market: Market, ways: Ways, sale: int) -> None:
    payment = await Payment.get(order_id=sale)
    for name, amount in (("a claim", 1000), ("a claim given back", 0)):
        async with unit.transaction() as tx:
            await recovery.set_claim(
                tx, subject="dispute:1", payment=payment, amount=amount
            )
        await Job.filter(kind="clawback.settle", status="waiting").delete()
        await ways.step(name, recovery.settle(market.gateway, "dispute:1"))
        await ways.follow(name)
        assert (await Claim.get(subject="dispute:1")).taken == amount


async def _pay_out(market: Market, ways: Ways, shop: Shop) -> None:
    paying = scheduler.pay(
        market.context, vendor_id=shop.vendor_id, payday=clock.now().date()
    )
    await ways.step("a payout", paying)
    market.advance(4 * 24 * 3600)
    await ways.follow("a payout")
    assert (await Payout.get(vendor_id=shop.vendor_id)).status == "paid"
