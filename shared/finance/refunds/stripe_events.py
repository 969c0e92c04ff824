"""Events about refunds (the platform's endpoint)."""

from __future__ import annotations

from shared.core.domains import NOT_OURS
from shared.finance.payments.service import is_intent_known
from shared.finance.refunds import external_refunds
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context


async def sync_refund(context: Context, event: VerifiedEvent) -> str:
    """Read the refund again; one that was made in Stripe's dashboard gets a row."""
    if not event.object_id or not await is_intent_known(event.related_intent):
        return NOT_OURS
    state = await external_refunds.sync_stripe_refund(context.gateway, event.object_id)
    return NOT_OURS if state is None else f"refund is {state}"


async def sync_charge(context: Context, event: VerifiedEvent) -> str:
    """A charge says that something of it went back, not what: read all refunds of its payment."""
    if event.related_intent is None or not await is_intent_known(event.related_intent):
        return NOT_OURS
    count = await external_refunds.sync_refunds_of(
        context.gateway, event.related_intent
    )
    return "1 refund read" if count == 1 else f"{count} refunds read"
