"""A refund goes through once, whatever fails on the way, and what is told of it later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.ledger.chart import Account
from shared.finance.recovery.models import Claim, Movement
from shared.finance.refunds import jobs, service, stripe_reads, sync
from shared.finance.refunds.errors import Differs
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.finance.refunds.writes import CreateRefund
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.infra.stripe_writes import attempts
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.operations import loaded
from shared.infra.stripe_writes.rules import WriteState
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order
from tests.support.money import DAY, assert_books_agree, booked, held, sell, stripe_get
from tests.support.refunds import (
    PRICE,
    WHOLE,
    amount,
    ask,
    fund_platform,
    leave,
    no_payouts,
    refund,
    run_jobs,
    set_policy,
    sold,
)
from tests.support.webhooks import deliver, event

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")

FAULTS: dict[str, dict[str, Any]] = {
    "never heard": {"effect": "reset_before", "times": 3},
    "answer lost": {"effect": "reset_after", "times": 3},
    "stored failure": {"effect": "status", "status": 500, "stored": True, "times": 1},
    "down": {"effect": "status", "status": 503, "times": 3},
}


# The plain way is one call; the other one claims afterwards.
CALLS = {
    "refund, one call": ("POST", "/v1/refunds", RefundPolicy.PROPORTIONAL),
    "refund, then a claim": ("POST", "/v1/refunds", RefundPolicy.RETURN),
    "the claim's reversal": ("POST", "/v1/transfers", RefundPolicy.RETURN),
    "reading the transfer": ("GET", "/v1/transfers", RefundPolicy.PROPORTIONAL),
    "reading the fee": ("GET", "/v1/application_fees", RefundPolicy.PROPORTIONAL),
    "reading the balance": ("GET", "/v1/balance", RefundPolicy.RETURN),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
async def test_a_failure_at_any_call_ends_as_if_there_had_been_none(
    gateway: Gateway, sandbox: RunningSandbox, context: Context, call: str, fault: str
) -> None:
    """One refund at Stripe, what the policy says from the vendor, the books agree, one mail."""
    method, path, policy = CALLS[call]
    await set_policy(policy)
    sale = await sold(gateway, sandbox)
    before = held(sandbox, sale.shop.account_id)["EUR"], held(sandbox)["EUR"]
    made = await ask(gateway, sale, amount(1000))
    sandbox.faults({"match": {"method": method, "path": path}, **FAULTS[fault]})
    await service.try_now(gateway, made.id)
    sandbox.faults()
    await run_jobs(context)
    made = await Refund.get(id=made.id)
    assert made.status == RefundState.SUCCEEDED
    bears = 900 if policy is RefundPolicy.PROPORTIONAL else 800
    assert (made.vendor_part, made.commission_part) == (bears, 1000 - bears)
    assert held(sandbox, sale.shop.account_id)["EUR"] == before[0] - bears
    assert held(sandbox)["EUR"] == before[1] - (1000 - bears)
    listed = stripe_get(
        sandbox, f"/v1/refunds?payment_intent={sale.payment.stripe_payment_intent_id}"
    )["data"]
    assert [row["id"] for row in listed] == [made.stripe_refund_id]
    assert await Claim.filter(receivable__gt=0).count() == 0
    assert await Email.filter(kind="refunded").count() == 1
    await assert_books_agree(sandbox)


async def plan(gateway: Gateway, made: Refund) -> tuple[StripeWrite, CreateRefund]:
    """The way is chosen and stored, and nothing sent yet."""
    write = await StripeWrite.get(subject=f"refund:{made.id}")
    planned = await attempts.plan(gateway, write, loaded(write.operation, write.params))
    assert isinstance(planned, CreateRefund)
    return write, planned


@pytest.mark.parametrize("after", ["request", "way", "answer", "claim", "upgrade"])
async def test_a_crash_between_two_steps_heals_by_the_job(
    gateway: Gateway, sandbox: RunningSandbox, context: Context, after: str
) -> None:
    """Whatever was written before the process died."""
    await set_policy(RefundPolicy.RETURN)
    sale = await sold(gateway, sandbox)
    made = await ask(gateway, sale, amount(1000))
    if after != "request":
        write, planned = await plan(gateway, made)
    if after in ("answer", "claim", "upgrade"):
        answer = await planned.send(gateway, write.key)
        if after == "claim":
            await sync.apply(made.id, answer, stripe_reads.Along())
    if after == "upgrade":  # as a version of before leaves it, that knew no writes
        await StripeWrite.all().delete()
        await Job.filter(kind="stripe_writes.perform").update(
            kind="refunds.carry_out", args={"refund_id": made.id}
        )
    await run_jobs(context)
    assert (await Refund.get(id=made.id)).status == RefundState.SUCCEEDED
    assert len(stripe_get(sandbox, "/v1/refunds")["data"]) == 1
    assert (await Claim.get(subject=f"refund:{made.id}")).taken == 800
    await assert_books_agree(sandbox)


async def test_an_answer_that_was_not_asked_for_waits_for_a_person(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """Stripe has another amount than our row: the write is over, no sweep asks again; mended, it is
    taken in.
    """
    sale = await sold(gateway, sandbox)
    made = await ask(gateway, sale, amount(1000))
    await Refund.filter(id=made.id).update(currency="USD")
    query = StripeWrite.filter(subject=f"refund:{made.id}")
    with pytest.raises(Differs):
        await writes.perform(gateway, (await query.get()).id)
    write = await query.get()
    assert (
        write.state,
        write.error.partition(":")[0],
    ) == (WriteState.UNEXPECTED, "Differs")
    assert str(write.stripe_id).startswith("re_")
    await run_jobs(context)
    await query.update(
        updated_at=clock.now() - writes.LEFT_ALONE - timedelta(minutes=1)
    )
    await writes.sweep.run(context, {})
    assert not await Job.exists(kind="stripe_writes.perform", status="waiting")
    await Refund.filter(id=made.id).update(currency="EUR")
    assert (await writes.take_up_again(gateway, write.id)).state == WriteState.ANSWERED
    await run_jobs(context)
    assert len(stripe_get(sandbox, "/v1/refunds")["data"]) == 1
    await assert_books_agree(sandbox)


async def test_a_failure_that_was_none_takes_nothing_twice(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """Stripe keeps a failure under the key although it made the refund: what came back along with
    it is noted, not taken again.
    """
    await set_policy(RefundPolicy.PROPORTIONAL)
    sale = await sold(gateway, sandbox)
    before = held(sandbox, sale.shop.account_id)["EUR"]
    made = await ask(gateway, sale, amount(1000))
    write, planned = await plan(gateway, made)
    assert planned.reverse_transfer
    await planned.send(gateway, write.key)
    await attempts.next_attempt(
        write, planned.anew(), why="a failure was stored under this key"
    )
    await run_jobs(context)
    made = await Refund.get(id=made.id)
    assert (made.status, made.vendor_part, made.commission_part) == (
        RefundState.SUCCEEDED,
        900,
        100,
    )
    assert (made.reverse_transfer, made.refund_application_fee) == (True, True)
    assert held(sandbox, sale.shop.account_id)["EUR"] == before - 900
    await assert_books_agree(sandbox)


async def test_a_key_that_stripe_forgot_makes_no_second_refund(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """After a day the key means nothing any more; the refund is found by its mark."""
    sale = await sold(gateway, sandbox)
    made = await ask(gateway, sale, amount(600))
    write, planned = await plan(gateway, made)
    await planned.send(gateway, write.key)
    no_payouts(sandbox, sale.shop)
    sandbox.advance(3 * DAY)
    await run_jobs(context)
    assert len(stripe_get(sandbox, "/v1/refunds")["data"]) == 1
    assert (await Refund.get(id=made.id)).status == RefundState.SUCCEEDED
    await assert_books_agree(sandbox)


async def test_a_webhook_that_is_faster_than_the_answer_finds_our_row(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """By the mark in the refund's metadata; the answer, when it comes, is no news any more."""
    sale = await sold(gateway, sandbox)
    made = await ask(gateway, sale, amount(600))
    write, planned = await plan(gateway, made)
    answer = await planned.send(gateway, write.key)
    told = {"id": answer.id, "payment_intent": answer.payment_intent}
    assert (
        await deliver(context, event("refund.created", told))
    ).outcome == "refund is succeeded"
    await sync.take_on(gateway, made.id, answer)
    await run_jobs(context)
    assert await Refund.all().count() == 1
    assert await Movement.all().count() == 2
    await assert_books_agree(sandbox)


async def test_an_hour_without_stripe_loses_nothing(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """The job asks on, and the sweep finds whatever lost its job."""
    sale = await sold(gateway, sandbox)
    made = await ask(gateway, sale)
    sandbox.fails(429)
    await service.try_now(gateway, made.id)
    await run_jobs(context, hours=0.5)
    assert (await Refund.get(id=made.id)).status == RefundState.OPENING
    sandbox.faults()
    await run_jobs(context, hours=2)
    assert (await Refund.get(id=made.id)).status == RefundState.SUCCEEDED
    await assert_books_agree(sandbox)


class TestNews:
    async def test_a_failure_is_told_by_webhook(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """refund.failed -> read again -> undone."""
        sale = await sold(gateway, sandbox, card="pm_card_refundFail")
        made = await refund(gateway, sale)
        sandbox.advance(120)
        told = {
            "id": made.stripe_refund_id,
            "payment_intent": sale.payment.stripe_payment_intent_id,
        }
        row = await deliver(context, event("refund.failed", told))
        assert row.outcome == "refund is failed"
        assert (await Order.get(id=sale.order.id)).refunded_amount == 0
        await run_jobs(context)
        await assert_books_agree(sandbox)

    async def test_a_failure_that_nobody_told_is_found_by_the_sweep(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Also of a refund that had succeeded."""
        sale = await sold(gateway, sandbox, card="pm_card_refundFail")
        made = await refund(gateway, sale)
        await run_jobs(context)
        assert (await Refund.get(id=made.id)).status == RefundState.SUCCEEDED
        sandbox.advance(120)
        await jobs.sweep.run(context, {})
        await run_jobs(context)
        assert (await Refund.get(id=made.id)).status == RefundState.FAILED
        await assert_books_agree(sandbox)

    async def test_a_refund_that_waited_for_money_goes_when_there_is_some(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Its own job follows it for as long as it takes."""
        sale = await sold(gateway, sandbox, funded=False, others=0)
        made = await refund(gateway, sale)
        assert made.pending_reason == "insufficient_funds"
        await fund_platform(sandbox)
        sandbox.advance(DAY)
        await run_jobs(context)
        made = await Refund.get(id=made.id)
        assert (made.status, made.pending_reason) == (RefundState.SUCCEEDED, None)
        assert await booked(Account.SHOPPERS_DUE) == {}
        await assert_books_agree(sandbox)

    async def test_what_a_vendor_owes_for_a_refund_is_paid_by_its_next_sale(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """A vendor with nothing left can still refund."""
        sale = await sold(gateway, sandbox, others=0)
        await leave(sandbox, sale.shop, 0)
        made = await refund(gateway, sale, WHOLE)
        assert made.status == RefundState.SUCCEEDED
        assert (await Claim.get()).receivable == 1800
        await assert_books_agree(sandbox)
        await sell(gateway, sandbox, sale.shop, quantity=2)
        await run_jobs(context)
        assert (await Claim.get()).receivable == 0
        assert held(sandbox, sale.shop.account_id)["EUR"] == 2 * (PRICE - 200) - 1800
        await assert_books_agree(sandbox)

    async def test_one_job_follows_a_refund_however_often_the_sweep_comes(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Stripe is asked every five minutes for as long as it is on its way; where that job was
        lost, the sweep begins anew.
        """
        sale = await sold(gateway, sandbox, card="pm_card_pendingRefund")
        made = await refund(gateway, sale)
        follows = Job.filter(kind="refunds.follow", status="waiting")
        for hours in range(1, 4):
            later = clock.now() + timedelta(hours=hours)
            with clock.use(lambda at=later: at):  # type: ignore[misc]
                await run_jobs(context, hours=0.2)
                await jobs.sweep.run(context, {})
            assert [job.args for job in await follows] == [{"refund_id": made.id}]
        await follows.delete()
        await jobs.sweep.run(context, {})
        assert await follows.count() == 1

    async def test_the_sweep_leaves_what_is_settled_alone(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """One list, no job."""
        sale = await sold(gateway, sandbox)
        await refund(gateway, sale)
        await run_jobs(context)
        later = clock.now() + timedelta(hours=3)
        with clock.use(lambda: later):
            await jobs.sweep.run(context, {})
        assert not await Job.filter(
            kind__startswith="refunds.", status="waiting"
        ).exists()
