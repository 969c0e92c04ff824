"""What replaying an event would change: its own handler is asked, in a rehearsal
(shared/infra/unit/rehearsal.py).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from shared.core.domains import NOT_OURS
from shared.core.errors import MarketError, TryLater
from shared.core.frozen import frozen
from shared.core.words import word
from shared.finance.inbox.rules import Decision
from shared.infra import unit
from shared.infra.activity.changes import FieldChange
from shared.infra.activity.queries import changes_of

log = logging.getLogger("markethall.webhooks")


@frozen
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
        return _foreseen(Decision.APPLIED, changes_of(over.activity))
    except unit.WouldWrite:
        return Foreseen(None, word("inbox.dry_run", "asks"))
    except TryLater:
        raise
    except MarketError as error:
        return _foreseen(Decision.FAILED, why=error.log or error)
    if outcome == NOT_OURS:
        return Foreseen(Decision.IGNORED, outcome)
    return _foreseen(Decision.OLDER)


def _foreseen(
    decision: Decision, changes: tuple[FieldChange, ...] = (), **facts: object
) -> Foreseen:
    return Foreseen(decision, word("inbox.dry_run", decision, **facts), changes)
