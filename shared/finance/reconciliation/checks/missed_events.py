"""Every event of Stripe's that does something here reached us."""

from __future__ import annotations

from collections.abc import Sequence

from shared.finance.inbox import missed_events
from shared.finance.reconciliation.checks.check import (
    Arguments,
    Check,
    Comparison,
    Repair,
)
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import EventAtStripe
from shared.infra.jobs import Context


async def fetch_missed(context: Context, _given: Arguments) -> str:
    """Fetch every event that Stripe could not deliver."""
    news = await missed_events.backfill(context)
    return f"{news} events taken in." if news != 1 else "One event taken in."


class MissedEventCheck(Check[EventAtStripe]):
    """Events that Stripe could not deliver."""

    kinds = (DifferenceKind.EVENTS_MISSED,)
    repairs = {
        RepairName.BACKFILL: Repair(
            (
                "Fetch every event that Stripe could not deliver, and apply it as if it had come "
                "by itself."
            ),
            fetch_missed,
        )
    }

    def subjects(self, comparison: Comparison) -> Sequence[EventAtStripe]:
        """Name them."""
        return comparison.both.missed_events

    def find(
        self, subject: EventAtStripe, comparison: Comparison
    ) -> FoundDifference | None:
        """Say so."""
        return FoundDifference(
            DifferenceKind.EVENTS_MISSED,
            f"event:{subject.id}",
            f"Stripe could not deliver {subject.type} to us.",
            "not received",
            subject.type,
            RepairName.BACKFILL,
            subject.id,
            subject.vendor_id,
            {"event_id": subject.id},
        )
