"""Events about disputes (the platform's endpoint): whichever it is, the dispute is read again."""

from __future__ import annotations

from shared.disputes import service
from shared.gateway.seam import StripeMissing, VerifiedEvent
from shared.jobs.queue import Context

NOT_OURS = "not ours"


async def follow(context: Context, event: VerifiedEvent) -> str:
    """Read the dispute and let row, books and claim follow."""
    if not event.object_id:
        return NOT_OURS
    try:
        status = await service.follow(context.gateway, event.object_id)
    except StripeMissing:
        return NOT_OURS
    return NOT_OURS if status is None else f"dispute is {status}"
