"""What refunds do later: follow each until it is settled, and look for what nobody told us."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.core import clock
from shared.finance.payments.models import Payment
from shared.finance.refunds import adopt, service
from shared.finance.refunds import follow as following
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import UNSETTLED, RefundState
from shared.infra import unit
from shared.infra.jobs import queue
from shared.infra.jobs.queue import Context, Handler

LOOK_BACK = timedelta(days=14)  # how long after a refund its failure is looked for without a webhook


async def carry_out(context: Context, args: dict[str, Any]) -> None:
    """Job `refunds.carry_out`, of before refunds were durable writes: it goes on as one."""
    await service.ask(context.gateway, int(args["refund_id"]))


async def follow(context: Context, args: dict[str, Any]) -> None:
    """Job `refunds.follow`: ask again every five minutes until a refund has arrived or failed, even if no webhook comes."""
    state = await following.follow(context.gateway, int(args["refund_id"]))
    if state in UNSETTLED:
        async with unit.transaction() as tx:
            queue.enqueue(tx, "refunds.follow", args, run_at=clock.now() + following.ASK_AGAIN)


async def adopt_one(context: Context, args: dict[str, Any]) -> None:
    """Job `refunds.adopt`: follow a refund by Stripe's number, which we may not know yet."""
    await adopt.follow_stripe(context.gateway, str(args["stripe_refund_id"]))


async def sweep(context: Context, _args: dict[str, Any]) -> None:
    """Job `refunds.sweep` (hourly): every refund that is at Stripe and not settled, and what Stripe's list of the last days says otherwise."""
    at_stripe = list(UNSETTLED - {RefundState.OPENING})
    ids = await Refund.filter(status__in=at_stripe).values_list("id", flat=True)
    async with unit.transaction() as tx:
        for refund_id in ids:
            queue.enqueue(tx, "refunds.follow", {"refund_id": refund_id}, unique_key=f"follow_refund:{refund_id}")
    listed = await context.gateway.refunds.list(since=clock.now() - LOOK_BACK)
    known = dict(
        await Refund.filter(stripe_refund_id__in=[r.id for r in listed]).values_list("stripe_refund_id", "status")
    )
    of_ours = Payment.filter(stripe_payment_intent_id__in=[r.payment_intent for r in listed])
    ours = {str(id_) for id_ in await of_ours.values_list("stripe_payment_intent_id", flat=True)}
    async with unit.transaction() as tx:
        for refund in listed:
            if refund.payment_intent in ours and known.get(refund.id) != refund.status:
                queue.enqueue(tx, "refunds.adopt", {"stripe_refund_id": refund.id}, unique_key=f"adopt:{refund.id}")


HANDLERS: dict[str, Handler] = {
    "refunds.carry_out": carry_out,
    "refunds.follow": follow,
    "refunds.adopt": adopt_one,
    "refunds.sweep": sweep,
}
