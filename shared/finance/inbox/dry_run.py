"""What replaying an event would change: its own handler is asked, in a rehearsal
(shared/infra/unit/rehearsal.py).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from dataclasses import dataclass

from shared.core.domains import NOT_OURS
from shared.core.errors import MarketError, TryLater
from shared.finance.inbox.rules import Decision
from shared.infra import unit
from shared.infra.activity.changes import FieldChange
from shared.infra.activity.queries import changes_of

log = logging.getLogger("markethall.webhooks")

WOULD = "this would change"
NOTHING = "nothing would change: we know all of this already"
ASKS = "Stripe would be asked to do something; what follows shows only then"


@dataclass(frozen=True)
class Foreseen:
    """What would happen. `decision` None: it shows only when it is done."""

    decision: Decision | None
    text: str
    changes: tuple[FieldChange, ...] = ()


async def rehearsed(handling: Awaitable[str]) -> Foreseen:
    """What comes of handling an event now, up to its first change. Raises StripeUnavailable."""
    try:
        with unit.rehearse():
            outcome = await handling
    except unit.Rehearsed as over:
        return Foreseen(Decision.APPLIED, WOULD, changes_of(over.activity))
    except unit.WouldWrite:
        return Foreseen(None, ASKS)
    except TryLater:
        raise
    except MarketError as error:
        return Foreseen(Decision.FAILED, f"it would fail: {error.log or error}")
    if outcome == NOT_OURS:
        return Foreseen(Decision.IGNORED, outcome)
    return Foreseen(Decision.OLDER, NOTHING)
