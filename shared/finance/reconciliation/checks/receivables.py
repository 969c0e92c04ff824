"""The ledger says the same debt of each vendor as its claims do."""

from __future__ import annotations

from collections.abc import Iterable

from shared.finance.reconciliation.checks.check import Check, Comparison, money
from shared.finance.reconciliation.findings import DifferenceKind, FoundDifference

Receivable = tuple[
    tuple[int, str], tuple[int, int]
]  # vendor and currency, ledger and claims


class ReceivableCheck(Check[Receivable]):
    """What a vendor owes, by the ledger and by its claims. A person must look."""

    kinds = (DifferenceKind.RECEIVABLE_DIFFERS,)

    def subjects(self, comparison: Comparison) -> Iterable[Receivable]:
        """Name every vendor and currency with both sums."""
        return comparison.both.receivables.items()

    def find(
        self, subject: Receivable, comparison: Comparison
    ) -> FoundDifference | None:
        """Say that they differ."""
        (vendor_id, currency), (booked, claimed) = subject
        if booked == claimed:
            return None
        return FoundDifference(
            DifferenceKind.RECEIVABLE_DIFFERS,
            f"vendor:{vendor_id}:{currency}",
            "The ledger says another debt of this vendor than its claims do.",
            money(booked, currency),
            money(claimed, currency),
            vendor_id=vendor_id,
        )
