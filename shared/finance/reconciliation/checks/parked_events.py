"""Every event that reached us could be applied."""

from __future__ import annotations

from collections.abc import Sequence

from shared.finance.inbox import dispatch, outcomes
from shared.finance.inbox.rules import EventStatus
from shared.finance.reconciliation.checks.check import (
    Arguments,
    Check,
    Comparison,
    Repair,
)
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import EventAtStripe
from shared.infra.jobs import Context


async def replay_event(context: Context, given: Arguments) -> str:
    """Apply an event again."""
    done = await dispatch.replay(context, str(given["event_id"]))
    if done.status in (EventStatus.FAILED, EventStatus.PARKED):
        raise CannotRepair(f"It failed again: {done.outcome}"[:300])
    return f"Applied. {outcomes.in_english(done.outcome)}"


class ParkedEventCheck(Check[EventAtStripe]):
    """Events that were given up on."""

    kinds = (DifferenceKind.EVENT_PARKED,)
    repairs = {RepairName.REPLAY: Repair("Apply event {event_id} again.", replay_event)}

    def subjects(self, comparison: Comparison) -> Sequence[EventAtStripe]:
        """Name them."""
        return comparison.both.parked_events

    def find(
        self, subject: EventAtStripe, comparison: Comparison
    ) -> FoundDifference | None:
        """Say so."""
        return FoundDifference(
            DifferenceKind.EVENT_PARKED,
            f"event:{subject.id}",
            f"Stripe's event {subject.type} could not be applied and was given up on.",
            "parked",
            "",
            RepairName.REPLAY,
            subject.id,
            subject.vendor_id,
            {"event_id": subject.id},
        )
