"""What refunds do later: follow each until it is settled, and look for what nobody told us."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from shared.core import clock
from shared.finance.payments.models import Payment
from shared.finance.refunds import external_refunds, service
from shared.finance.refunds.errors import MoreThanLeft
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import UNSETTLED, RefundState
from shared.finance.refunds.sync import sync_later
from shared.infra import unit
from shared.infra.database.chunks import chunks
from shared.infra.database.columns import texts_in
from shared.infra.jobs import Context, job, queue, recurring

log = logging.getLogger("markethall.refunds")

# How long after a refund its failure is looked for without a webhook.
LOOK_BACK = timedelta(days=14)


@job("refunds.carry_out")
async def carry_out(context: Context, refund_id: int) -> None:
    """Go on with a refund of before refunds were durable writes, as one."""
    await service.ask(context.gateway, refund_id)


@job("refunds.adopt")
async def import_one(context: Context, stripe_refund_id: str) -> None:
    """Follow a refund by Stripe's number, which we may not know yet.

    One that cannot be is left to reconciliation, which tells a person.
    """
    try:
        await external_refunds.sync_stripe_refund(context.gateway, stripe_refund_id)
    except MoreThanLeft as impossible:
        log.warning("%s: %s", stripe_refund_id, impossible.log or impossible)


async def _unsettled(states: Sequence[RefundState]) -> list[int]:
    """The refunds in these states; of one that several orders share, the first part."""
    rows = Refund.filter(status__in=list(states)).order_by("-id")
    named = await rows.values_list("stripe_refund_id", "id")
    firsts = {stripe_id or id_: id_ for stripe_id, id_ in named}
    return sorted(firsts.values())


@recurring("refunds.sweep", every=timedelta(hours=1))
async def sweep(context: Context) -> None:
    """Follow what is at Stripe and not settled where no job does, and what Stripe's list of the
    last days says otherwise.
    """
    at_stripe = list(UNSETTLED - {RefundState.OPENING})
    ids = await _unsettled(at_stripe)
    followed = await queue.under_way(sync_later.kind, "refund_id")
    async with unit.transaction() as tx:
        for refund_id in ids:
            if refund_id not in followed:
                once = sync_later.once(f"follow_refund:{refund_id}")
                once(tx, refund_id=refund_id)
    since = clock.now() - LOOK_BACK
    listed = await context.gateway.refunds.list(since=since)
    known: dict[str, str] = {}
    for some in chunks(refund.id for refund in listed):
        rows = Refund.filter(stripe_refund_id__in=some)
        known |= dict(await rows.values_list("stripe_refund_id", "status"))
    known_intents: set[str] = set()
    for intent_ids in chunks(refund.payment_intent for refund in listed):
        of_ours = Payment.filter(stripe_payment_intent_id__in=intent_ids)
        known_intents.update(await texts_in(of_ours, "stripe_payment_intent_id"))
    async with unit.transaction() as tx:
        for refund in listed:
            if (
                refund.payment_intent in known_intents
                and known.get(refund.id) != refund.status
            ):
                import_one.once(f"adopt:{refund.id}")(tx, stripe_refund_id=refund.id)
