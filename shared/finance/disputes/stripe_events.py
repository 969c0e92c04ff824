"""Events about disputes and what warns of them (the platform's endpoint): whatever it names is read
again.
"""

from __future__ import annotations

from shared.core.domains import NOT_OURS
from shared.finance.disputes import fraud_warnings, service
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context


async def sync_dispute(context: Context, event: VerifiedEvent) -> str:
    """Read the dispute and let row, books and claim follow."""
    if not event.object_id:
        return NOT_OURS
    try:
        status = await service.sync_dispute(context.gateway, event.object_id)
    except StripeMissing:
        return NOT_OURS
    return NOT_OURS if status is None else f"dispute is {status}"


async def note_warning(context: Context, event: VerifiedEvent) -> str:
    """A card's issuer reports fraud: the vendor is told, before there is a dispute."""
    if not event.object_id:
        return NOT_OURS
    try:
        outcome = await fraud_warnings.note(context.gateway, event.object_id)
    except StripeMissing:
        return NOT_OURS
    return NOT_OURS if outcome is None else outcome
