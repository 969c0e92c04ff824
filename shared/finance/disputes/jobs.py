"""What disputes do later: follow Stripe without a webhook, stage and deliver answers, remind before a deadline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tortoise.expressions import Q

from shared.core import clock
from shared.finance.disputes import answers, notices, texts
from shared.finance.disputes.errors import AnswerRefused, DocumentRefused
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import (
    ANSWERABLE,
    OPEN,
    REOPENABLE,
    REOPENS_WITHIN,
    STAGES,
    TELLABLE,
    reminder_due,
)
from shared.finance.disputes.service import follow as follow_dispute
from shared.finance.disputes.service import payment_of
from shared.infra import unit
from shared.infra.gateway.errors import StripeMissing
from shared.infra.jobs import queue
from shared.infra.jobs.queue import Context, Handler
from shared.trade.orders.models import Order

LOOK_BACK = timedelta(days=14)


async def follow(context: Context, args: dict[str, Any]) -> None:
    """Job `disputes.follow`: read one dispute from Stripe and let everything follow."""
    await follow_dispute(context.gateway, str(args["stripe_id"]))


async def stage(context: Context, args: dict[str, Any]) -> None:
    """Job `disputes.stage`: bring Stripe's copy of a draft up to date."""
    await answers.stage(context.gateway, int(args["dispute_id"]))


async def deliver(context: Context, args: dict[str, Any]) -> None:
    """Job `disputes.deliver`: tell Stripe what a vendor decided, until it has answered. A refusal is on the dispute's page."""
    try:
        await answers.deliver(context.gateway, int(args["dispute_id"]))
    except (AnswerRefused, DocumentRefused):
        return


async def sweep(context: Context, _args: dict[str, Any]) -> None:
    """Job `disputes.sweep` (hourly): every open dispute is read again, and those at Stripe that no webhook told us of."""
    wanted = {row.stripe_dispute_id for row in await Dispute.filter(status__in=sorted(OPEN))}
    for seen in await context.gateway.disputes.list(since=clock.now() - LOOK_BACK):
        row = await Dispute.get_or_none(stripe_dispute_id=seen.id)
        if row is None and await payment_of(seen.payment_intent, seen.charge) is None:
            continue  # foreign
        if row is None or (row.status, row.transaction_count) != (seen.status, len(seen.transactions)):
            wanted.add(seen.id)
    is_decided = Q(submitted_at__not_isnull=True) | Q(accepted_at__not_isnull=True)
    late = await Dispute.filter(is_decided, status__in=sorted(TELLABLE), delivered_at=None)
    async with unit.transaction() as tx:
        for stripe_id in sorted(wanted):
            queue.enqueue(tx, "disputes.follow", {"stripe_id": stripe_id}, unique_key=f"disputes.follow:{stripe_id}")
        for row in late:
            queue.enqueue(tx, "disputes.deliver", {"dispute_id": row.id}, unique_key=f"disputes.deliver:{row.id}")


async def look_again(_context: Context, _args: dict[str, Any]) -> None:
    """Job `disputes.look_again` (daily): read what was decided not long ago again, since a decision can be appealed."""
    since = clock.now() - REOPENS_WITHIN
    rows = Dispute.filter(status__in=sorted(REOPENABLE), closed_at__gte=since).order_by("id")
    async with unit.transaction() as tx:
        for stripe_id in await rows.values_list("stripe_dispute_id", flat=True):
            queue.enqueue(tx, "disputes.follow", {"stripe_id": stripe_id}, unique_key=f"disputes.follow:{stripe_id}")


async def remind(_context: Context, _args: dict[str, Any]) -> None:
    """Job `disputes.remind` (daily): give each dispute whose deadline is near a job of its own."""
    near = clock.now() + timedelta(days=max(STAGES))
    rows = Dispute.filter(
        status__in=sorted(ANSWERABLE), submitted_at=None, accepted_at=None, due_by__gt=clock.now(), due_by__lte=near
    )
    async with unit.transaction() as tx:
        for dispute_id in await rows.values_list("id", flat=True):
            queue.enqueue(
                tx, "disputes.remind_one", {"dispute_id": dispute_id}, unique_key=f"disputes.remind_one:{dispute_id}"
            )


async def remind_one(context: Context, args: dict[str, Any]) -> None:
    """Job `disputes.remind_one`: read the dispute again, and remind its vendor once per deadline, 3 days and 1 day before."""
    row = await Dispute.get(id=int(args["dispute_id"]))
    try:
        await follow_dispute(context.gateway, row.stripe_dispute_id)
    except StripeMissing:
        return
    async with unit.transaction() as tx:
        order = await tx.lock_first(Order.filter(id=row.order_id))
        locked = await tx.lock_first(
            Dispute.filter(id=row.id, status__in=sorted(ANSWERABLE), submitted_at=None, accepted_at=None)
        )
        if order is None or locked is None or locked.due_by is None:
            return
        stage = reminder_due(locked.due_by, clock.now())
        if stage is None:
            return
        subject, text = texts.reminder(await notices.about(locked, order), clock.now())
        once = f"{locked.due_by:%Y%m%dT%H%M%S}:{stage}"
        await notices.post(tx, locked, order, "dispute_reminder", subject, text, once=once)


HANDLERS: dict[str, Handler] = {
    "disputes.follow": follow,
    "disputes.stage": stage,
    "disputes.deliver": deliver,
    "disputes.sweep": sweep,
    "disputes.look_again": look_again,
    "disputes.remind": remind,
    "disputes.remind_one": remind_one,
}
