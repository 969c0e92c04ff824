"""Events about transfers to vendors (the platform's endpoint): what came back of one is read
again.
"""

from __future__ import annotations

from functools import partial

from shared.core.domains import Answer, NoNews
from shared.finance.recovery import dashboard_transfers
from shared.finance.recovery.dashboard_transfers import ReversalsReading
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context
from shared.infra.unit import Transaction

UNDECIDED = "taken by hand and nothing is owed there: reconciliation asks a person"
NOTHING_TAKEN = "nothing was taken by hand"


async def read_reversals(context: Context, event: VerifiedEvent) -> Answer:
    """Read what came back of the transfer; what was taken by hand is noted with the claim that
    waits for it.
    """
    if not event.object_id:
        return None
    try:
        reading = await dashboard_transfers.read_transfer(
            context.gateway, event.object_id
        )
    except StripeMissing:
        return None
    if reading is None:
        return None
    return partial(_note, reading) if reading.taken else NoNews(NOTHING_TAKEN)


async def _note(
    reading: ReversalsReading,
    tx: Transaction,
) -> str:
    found = await reading.note(tx)
    if found.undecided:
        return UNDECIDED
    return f"noted {found.noted} taken by hand" if found.noted else NOTHING_TAKEN
