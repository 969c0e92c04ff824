"""The row that a posting is about is there."""

from __future__ import annotations

from collections.abc import Sequence

from shared.finance.reconciliation.checks.check import Check, Comparison
from shared.finance.reconciliation.findings import DifferenceKind, FoundDifference


class OrphanedPostingCheck(Check[str]):
    """Postings whose row is gone, though their money is at Stripe. A person must look."""

    kinds = (DifferenceKind.POSTING_ORPHANED,)

    def subjects(self, comparison: Comparison) -> Sequence[str]:
        """Name the keys of those that have not been told, by themselves or with their money."""
        both = comparison.both
        told = {
            key for each in comparison.found for key in each.arguments.get("keys", ())
        }
        told |= {
            line.key for line in both.lines if line.stripe_id in comparison.covered
        }
        return sorted(both.orphans - told)

    def find(self, subject: str, comparison: Comparison) -> FoundDifference | None:
        """Say so."""
        return FoundDifference(
            DifferenceKind.POSTING_ORPHANED,
            f"posting:{subject}",
            f"The ledger has {subject}, and the row that it is about is gone.",
            subject,
            "none",
        )
