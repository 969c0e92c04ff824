"""Events about transfers to vendors (the platform's endpoint): what came back of one is read
again.
"""

from __future__ import annotations

from shared.core.domains import NOT_OURS
from shared.finance.recovery import dashboard_transfers
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context

UNDECIDED = "taken by hand and nothing is owed there: reconciliation asks a person"


async def sync_reversals(context: Context, event: VerifiedEvent) -> str:
    """Read what came back of the transfer; what was taken by hand is noted with the claim that
    waits for it.
    """
    if not event.object_id:
        return NOT_OURS
    try:
        found = await dashboard_transfers.sync_transfer(
            context.gateway, event.object_id
        )
    except StripeMissing:
        return NOT_OURS
    if found is None:
        return NOT_OURS
    if found.undecided:
        return UNDECIDED
    return (
        f"noted {found.noted} taken by hand"
        if found.noted
        else "nothing was taken by hand"
    )
