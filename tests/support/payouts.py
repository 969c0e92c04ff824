"""What tests about payouts share: two clocks that go together, money that can leave, paydays worked
off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import run
from shared.core import clock
from shared.core.errors import TryLater
from shared.finance.connect.rules import PayoutSchedule
from shared.finance.payouts import scheduler, stripe_schedule, sweep
from shared.finance.payouts.plans import PayoutPlan
from shared.infra.jobs.models import Job
from shared.trade.marketplace.models import MarketplaceSettings
from shared.trade.marketplace.queries import SETTINGS_ID
from tests.support.market import open_shop, stripe_post
from tests.support.money import sell

if TYPE_CHECKING:
    from shared.finance.payments.models import Payment
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox


class Time:
    """Our clock and the stand-in's, which go on together."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self._sandbox = sandbox
        self.now = datetime.fromtimestamp(sandbox.control("GET", "state")["clock"], UTC)

    def to(self, moment: datetime) -> None:
        """Go on to this moment; never back."""
        passed = (moment - self.now).total_seconds()
        assert passed >= 0, f"it is {self.now} already"
        self._sandbox.advance(passed)
        self._sandbox.idle()
        self.now = moment

    def days(self, number: float) -> None:
        """Go on by days."""
        self.to(self.now + timedelta(days=number))

    def to_weekday(self, weekday: int, *, hour: int = 1) -> None:
        """The next such weekday (Monday is 0), in the small hours; today only if that is still to
        come.
        """
        start = self.now.replace(hour=hour, minute=0, second=0, microsecond=0)
        ahead = (weekday - start.weekday()) % 7
        moment = start + timedelta(days=ahead)
        self.to(moment if moment >= self.now else moment + timedelta(days=7))


@contextmanager
def time_of(sandbox: RunningSandbox) -> Iterator[Time]:
    """Both clocks in one hand, for the block."""
    time = Time(sandbox)
    with clock.use(lambda: time.now):
        yield time


async def plan(
    gateway: Gateway,
    shop: Shop,
    schedule: str = "weekly",
    anchor: str = "",
    *,
    minimum: int = 2000,
) -> None:
    """The vendor chooses when it is paid."""
    wanted = PayoutPlan(PayoutSchedule(schedule), anchor, minimum)
    await stripe_schedule.choose(
        gateway, vendor_id=shop.vendor_id, plan=wanted, actor="test"
    )


async def ready(
    gateway: Gateway,
    sandbox: RunningSandbox,
    time: Time,
    shop: Shop,
    *,
    quantity: int = 1,
) -> Payment:
    """A sale whose money can leave: its share is available."""
    payment = await sell(gateway, sandbox, shop, quantity=quantity)
    time.now = datetime.fromtimestamp(sandbox.control("GET", "state")["clock"], UTC)
    time.days(5)
    return payment


async def on_payday(gateway: Gateway, sandbox: RunningSandbox, time: Time) -> Shop:
    """A shop that is paid every weekday, with money that can leave, on a Monday before its payout
    is made.
    """
    shop = await open_shop(gateway, sandbox)
    await plan(gateway, shop, "daily")
    await ready(gateway, sandbox, time, shop)
    time.to_weekday(0)
    return shop


async def work(context: Context, *kinds: str) -> int:
    """Run the waiting jobs of these kinds (all payout jobs, if none are named), those of the future
    too; how many.
    """
    handlers: Any = run.job_handlers()
    done = 0
    while True:
        waiting = Job.filter(status="waiting").order_by("id")
        waiting = (
            waiting.filter(kind__in=kinds)
            if kinds
            else waiting.filter(kind__startswith="payouts.")
        )
        job = await waiting.first()
        if job is None:
            return done
        await handlers[job.kind](context, job.args)
        await Job.filter(id=job.id).update(status="done", unique_key=None)
        done += 1


async def payday(context: Context) -> None:
    """The scheduler looks, and whose day it is is paid."""
    await scheduler.run()
    await work(context, "payouts.pay")


async def payday_unheard(context: Context, sandbox: RunningSandbox) -> None:
    """A payday whose payouts Stripe makes, and of whose answers each is lost."""
    sandbox.breaks("/v1/payouts", "reset_after", times=3)
    with pytest.raises(TryLater):
        await payday(context)
    sandbox.faults()


async def swept(context: Context) -> None:
    """Every account's payouts are looked at, as if no webhook ever came."""
    await sweep.run()
    await work(context, "payouts.sweep_account")


async def new_bank(
    sandbox: RunningSandbox,
    account: str,
    number: str = "000123456788",
    *,
    hours: int = 0,
    currency: str = "eur",
) -> None:
    """The vendor gives another bank account, one that takes instant payouts too; the number decides
    what becomes of them.

    `hours`: how long the operator lets payouts wait after that.
    """
    await MarketplaceSettings.update_or_create(
        id=SETTINGS_ID, defaults={"bank_hold_hours": hours}
    )
    bank = {
        "object": "bank_account",
        "country": "US",
        "currency": currency,
        "account_number": number,
    }
    fields = {f"external_account[{name}]": value for name, value in bank.items()}
    fields |= {
        "external_account[routing_number]": "110000000",
        "default_for_currency": "true",
    }
    assert "id" in await stripe_post(
        sandbox, f"/v1/accounts/{account}/external_accounts", **fields
    )
