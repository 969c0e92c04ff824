"""What disputes do later: follow Stripe without a webhook, remind before a deadline."""

from __future__ import annotations

from datetime import time, timedelta

from shared.core import clock
from shared.finance.disputes import notices, responses, service, shared_answers
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import (
    ANSWERABLE,
    OPEN,
    REOPENABLE,
    REOPENS_WITHIN,
    STAGES,
    reminder_due,
)
from shared.infra import unit
from shared.infra.database.columns import numbers_in, texts_in
from shared.infra.gateway.errors import StripeMissing
from shared.infra.jobs import Context, job, recurring
from shared.trade.orders.models import Order

LOOK_BACK = timedelta(days=14)


@job("disputes.stage")
async def stage(context: Context, dispute_id: int) -> None:
    """Bring Stripe's copy of a draft up to date: older versions put this on the list."""
    await responses.stage(context.gateway, dispute_id)


@recurring("disputes.sweep", every=timedelta(hours=1))
async def sweep(context: Context) -> None:
    """Read every open dispute again, and those at Stripe that no webhook told us of."""
    wanted = {
        row.stripe_dispute_id for row in await Dispute.filter(status__in=sorted(OPEN))
    }
    for seen in await context.gateway.disputes.list(since=clock.now() - LOOK_BACK):
        row = await Dispute.filter(stripe_dispute_id=seen.id).first()
        if (
            row is None
            and await service.payment_of(seen.payment_intent, seen.charge) is None
        ):
            continue  # foreign
        if row is None or (row.status, row.transaction_count) != (
            seen.status,
            len(seen.transactions),
        ):
            wanted.add(seen.id)
    async with unit.transaction() as tx:
        for stripe_id in sorted(wanted):
            service.read_again(tx, str(stripe_id))


@recurring("disputes.look_again", at=time(4, 15))
async def look_again(_context: Context) -> None:
    """Read what was decided not long ago again, since a decision can be appealed."""
    since = clock.now() - REOPENS_WITHIN
    rows = Dispute.filter(
        status__in=sorted(REOPENABLE),
        closed_at__gte=since,
    ).order_by("id")
    async with unit.transaction() as tx:
        for stripe_id in await texts_in(rows, "stripe_dispute_id"):
            service.read_again(tx, stripe_id)


@recurring("disputes.shared_deadlines", every=timedelta(hours=1))
async def shared_deadlines(_context: Context) -> None:
    """Give each shared dispute whose vendors' time is over a job of its own."""
    rows = Dispute.filter(
        share_weight__not_isnull=True,
        status__in=sorted(ANSWERABLE),
        submitted_at=None,
        accepted_at=None,
        due_by__lte=clock.now(),
    ).order_by("id")
    first = {row.stripe_dispute_id: row.id for row in reversed(await rows)}
    async with unit.transaction() as tx:
        for dispute_id in sorted(first.values()):
            once = follow_shared.once(f"disputes.follow_shared:{dispute_id}")
            once(tx, dispute_id=dispute_id)


@job("disputes.follow_shared")
async def follow_shared(context: Context, dispute_id: int) -> None:
    """Read a shared dispute again, and do what its deadlines ask for."""
    row = await Dispute.get(id=dispute_id)
    try:
        await service.sync_dispute(context.gateway, row.stripe_dispute_id)
    except StripeMissing:
        return
    await shared_answers.follow_deadlines(context.gateway, dispute_id)


@recurring("disputes.remind", at=time(7, 0))
async def remind(_context: Context) -> None:
    """Give each dispute whose deadline is near a job of its own."""
    near = clock.now() + timedelta(days=max(STAGES))
    rows = Dispute.filter(
        status__in=sorted(ANSWERABLE),
        submitted_at=None,
        accepted_at=None,
        part_closed_at=None,
        due_by__gt=clock.now(),
        due_by__lte=near,
    )
    async with unit.transaction() as tx:
        for dispute_id in await numbers_in(rows, "id"):
            once = remind_one.once(f"disputes.remind_one:{dispute_id}")
            once(tx, dispute_id=dispute_id)


@job("disputes.remind_one")
async def remind_one(context: Context, dispute_id: int) -> None:
    """Read the dispute again, and remind its vendor once per deadline, 3 days and 1 day before."""
    row = await Dispute.get(id=dispute_id)
    try:
        await service.sync_dispute(context.gateway, row.stripe_dispute_id)
    except StripeMissing:
        return
    async with unit.transaction() as tx:
        order = await tx.lock_first(Order.filter(id=row.order_id))
        locked = await tx.lock_first(
            Dispute.filter(
                id=row.id,
                status__in=sorted(ANSWERABLE),
                submitted_at=None,
                accepted_at=None,
                part_closed_at=None,
            )
        )
        if order is None or locked is None or locked.due_by is None:
            return
        stage = reminder_due(locked.due_by, clock.now())
        if stage is None:
            return
        once = f"{locked.due_by:%Y%m%dT%H%M%S}:{stage}"
        await notices.post(
            tx,
            locked,
            order,
            "dispute_reminder",
            once=once,
            now=clock.now(),
        )
