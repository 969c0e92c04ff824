"""Events about PaymentIntents and charges (the platform's endpoint)."""

from __future__ import annotations

from shared.core.domains import NOT_OURS
from shared.finance.payments import service
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context


async def sync_intent(context: Context, event: VerifiedEvent) -> str:
    """Read the intent again and let payment and order follow."""
    if not event.object_id:
        return NOT_OURS
    state = await service.confirm_payment(context.gateway, event.object_id)
    return NOT_OURS if state is None else f"payment is {state}"


async def note_charge(context: Context, event: VerifiedEvent) -> str:
    """Read the charge again and note its transfer, fee and balance transaction."""
    if not event.object_id or not await service.is_intent_known(event.related_intent):
        return NOT_OURS
    try:
        is_known = await service.record_charge(context.gateway, event.object_id)
    except StripeMissing:
        return NOT_OURS
    return "charge noted" if is_known else NOT_OURS
