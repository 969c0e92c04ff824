"""Events about disputes and what warns of them (the platform's endpoint): whatever it names is read
again.
"""

from __future__ import annotations

from functools import partial

from shared.core.domains import NOT_OURS, Apply, InSteps
from shared.finance.disputes import fraud_warnings, service
from shared.finance.payments.rules import PAID_STATES
from shared.infra.gateway.disputes import StripeDispute
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context
from shared.infra.unit import Transaction


async def read_dispute(
    context: Context,
    event: VerifiedEvent,
) -> Apply | InSteps | None:
    """Read the dispute; row, books and claim follow."""
    if not event.object_id:
        return None
    try:
        seen = await context.gateway.disputes.get(event.object_id)
    except StripeMissing:
        return None
    payment = await service.payment_of(seen.payment_intent, seen.charge)
    if payment is None:
        return None
    if payment.status not in PAID_STATES:  # its own news has not come yet
        return InSteps(partial(_in_steps, context, seen.id))
    return partial(_apply, payment.id, seen)


async def _apply(
    payment_id: int,
    seen: StripeDispute,
    tx: Transaction,
) -> str:
    return f"dispute is {await service.apply_in(tx, payment_id, seen)}"


async def _in_steps(
    context: Context,
    dispute_id: str,
) -> str:
    status = await service.sync_dispute(context.gateway, dispute_id)
    return NOT_OURS if status is None else f"dispute is {status}"


async def read_warning(
    context: Context,
    event: VerifiedEvent,
) -> Apply | None:
    """A card's issuer reports fraud: the vendor is told, before there is a dispute."""
    if not event.object_id:
        return None
    try:
        reading = await fraud_warnings.read(context.gateway, event.object_id)
    except StripeMissing:
        return None
    return None if reading is None else reading.tell
