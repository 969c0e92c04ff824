"""Every posting was closed."""

from __future__ import annotations

from collections.abc import Sequence

from shared.finance.ledger.models import LedgerPosting
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
from shared.finance.reconciliation.records import OpenPosting
from shared.infra import unit
from shared.infra.jobs import Context


async def close_posting(_context: Context, given: Arguments) -> str:
    """Close a posting that was left open; the database refuses it unless it comes to zero."""
    async with unit.transaction():
        left_open = LedgerPosting.filter(key=str(given["key"]), is_closed=False)
        await left_open.update(is_closed=True)
    return "Closed."


class OpenPostingCheck(Check[OpenPosting]):
    """Postings that were left open."""

    kinds = (DifferenceKind.POSTING_OPEN,)
    repairs = {
        RepairName.CLOSE_POSTING: Repair(
            "Close posting {key}, whose entries come to zero.", close_posting
        )
    }

    def subjects(self, comparison: Comparison) -> Sequence[OpenPosting]:
        """Name them."""
        return comparison.both.open_postings

    def find(
        self, subject: OpenPosting, comparison: Comparison
    ) -> FoundDifference | None:
        """Say so; one whose entries come to zero can be closed."""
        is_sound = subject.entries and not any(subject.sums.values())
        return FoundDifference(
            DifferenceKind.POSTING_OPEN,
            f"posting:{subject.key}",
            f"Posting {subject.key} was never closed.",
            f"{subject.entries} entries",
            "",
            RepairName.CLOSE_POSTING if is_sound else RepairName.NONE,
            arguments={"key": subject.key},
        )
