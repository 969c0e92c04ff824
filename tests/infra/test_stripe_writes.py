"""The one durable write: what a lost answer, a stored failure, an old key and a lost job come to.

Payouts are the example.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.core.errors import TryLater
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import PayoutState
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.jobs.models import Job
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.attempts import Performed
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import KEYS_LAST, WriteState, is_old, key_of
from tests.support.payouts import on_payday, payday, time_of, work

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")

CREATE = {"match": {"method": "POST", "path": "/v1/payouts"}}


@contextmanager
def failing(sandbox: RunningSandbox, **fault: Any) -> Iterator[None]:
    """Let Stripe fail payouts in one way for the block."""
    sandbox.faults({**CREATE, **fault})
    try:
        yield
    finally:
        sandbox.faults()


class TestKeys:
    def test_an_attempt_has_a_key_of_its_own(self) -> None:
        """The first one is the operation's."""
        assert [key_of("payout:1", attempt) for attempt in (1, 2, 3)] == [
            "payout:1",
            "payout:1:2",
            "payout:1:3",
        ]

    def test_a_key_that_was_never_used_is_not_old(self) -> None:
        """Old is counted from when Stripe was first asked, not from when it was written down."""
        now = clock.now()
        assert not is_old(None, now)
        assert not is_old(now - KEYS_LAST, now)
        assert is_old(now - KEYS_LAST - timedelta(seconds=1), now)


class TestLostWork:
    async def test_a_write_whose_job_was_lost_is_found_by_the_sweep(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Whatever becomes of its first job, nothing that waits is forgotten."""
        with time_of(sandbox) as time:
            await on_payday(gateway, sandbox, time)
            with (
                failing(sandbox, effect="reset_before", times=3),
                pytest.raises(TryLater),
            ):
                await payday(context)
            await Job.all().delete()
            time.days(1 / 24)
            await writes.sweep.run(context, {})
            await work(context, "stripe_writes.perform")
            assert (
                await StripeWrite.get(operation="payouts.create")
            ).state == WriteState.ANSWERED
            assert (await Payout.get()).status == PayoutState.PENDING

    async def test_one_of_before_there_were_rows_of_writes_goes_on_under_its_key(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """An upgrade in the middle of a payout: Stripe made it, we never heard, and its row is all
        there is.
        """
        with time_of(sandbox) as time:
            await on_payday(gateway, sandbox, time)
            with (
                failing(sandbox, effect="reset_after", times=3),
                pytest.raises(TryLater),
            ):
                await payday(context)
            await StripeWrite.filter(operation="payouts.create").delete()
            await work(context, "payouts.pay")
            write = await StripeWrite.get(operation="payouts.create")
            assert (write.state, write.key) == (
                WriteState.ANSWERED,
                (await Payout.get()).idempotency_key,
            )
            assert len(sandbox.events("payout.created")) == 1


async def test_an_answered_write_is_left_alone(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Performing it again asks nobody anything and says what became of it."""
    with time_of(sandbox) as time:
        await on_payday(gateway, sandbox, time)
        await payday(context)
        write = await StripeWrite.get(operation="payouts.create")
        assert not await Job.exists(kind="stripe_writes.perform", status="waiting")
        with failing(sandbox, effect="status", status=500):
            performed = await writes.perform(gateway, write.id)
    assert (performed.state, performed.stripe_id) == (
        WriteState.ANSWERED,
        (await Payout.get()).stripe_payout_id,
    )


async def test_one_that_was_opened_a_while_ago_is_planned_before_it_is_sent(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Who opened it was held up: payouts may stand still by now."""
    with time_of(sandbox) as time:
        await on_payday(gateway, sandbox, time)
        with (
            failing(sandbox, effect="reset_before", times=3),
            pytest.raises(TryLater),
        ):
            await payday(context)
        write = await StripeWrite.get(operation="payouts.create")
        held = {"payouts_held_at": clock.now(), "payouts_held_reason": "Held."}
        await VendorPaymentConfig.all().update(**held)
        time.days(1 / 24 / 60)
        performed = await writes.perform_opened(gateway, write)
    assert performed.state == WriteState.WAITING
    assert len(sandbox.events("payout.created")) == 0


async def test_what_is_taken_up_again_is_looked_for_before_it_is_sent(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Also where its next key was never used: Stripe has answered an earlier one."""
    with time_of(sandbox) as time:
        await on_payday(gateway, sandbox, time)
        await payday(context)
        await Payout.all().update(status=PayoutState.OPENING)
        write = await StripeWrite.get(operation="payouts.create")
        await StripeWrite.filter(id=write.id).update(
            state=WriteState.UNEXPECTED, attempt=2, key=f"{write.key}:2", asked_at=None
        )
        with failing(sandbox, effect="status", status=500):
            performed = await writes.take_up_again(gateway, write.id)
    assert performed.state == WriteState.ANSWERED
    assert len(sandbox.events("payout.created")) == 1


async def test_a_stored_failure_says_why_while_the_next_attempt_waits(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The row has its next key before anybody asks again."""
    with time_of(sandbox) as time:
        await on_payday(gateway, sandbox, time)
        with (
            failing(sandbox, effect="status", status=500, stored=True, times=1),
            pytest.raises(StripeUnavailable),
        ):
            await payday(context)
        write = await StripeWrite.get(operation="payouts.create")
    assert (write.state, write.attempt, write.asked_at) == (WriteState.WAITING, 2, None)
    assert write.error


async def test_two_that_perform_one_write_at_once_move_money_once(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The page and the job, say: both hear the same answer, and it is noted once."""
    with time_of(sandbox) as time:
        await on_payday(gateway, sandbox, time)
        with failing(sandbox, effect="reset_before", times=3), pytest.raises(TryLater):
            await payday(context)
        write = await StripeWrite.get(operation="payouts.create")
        both = (writes.perform(gateway, write.id) for _ in range(2))
        done = await asyncio.gather(*both, return_exceptions=True)
        assert any(isinstance(one, Performed) for one in done)
        await writes.perform(gateway, write.id)
    assert (await Payout.get()).status == PayoutState.PENDING
    assert len(sandbox.events("payout.created")) == 1
    assert await LedgerPosting.filter(kind="payout_sent").count() == 1
