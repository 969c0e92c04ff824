"""The ledger comes to zero in every currency."""

from __future__ import annotations

from collections.abc import Iterable

from shared.finance.reconciliation.checks.check import Check, Comparison, money
from shared.finance.reconciliation.findings import DifferenceKind, FoundDifference

LedgerSum = tuple[str, int]  # currency, minor units


class LedgerSumCheck(Check[LedgerSum]):
    """What all entries of a currency come to. A person must look."""

    kinds = (DifferenceKind.LEDGER_UNBALANCED,)

    def subjects(self, comparison: Comparison) -> Iterable[LedgerSum]:
        """Name every currency with its sum."""
        return comparison.both.ledger_sums.items()

    def find(
        self, subject: LedgerSum, comparison: Comparison
    ) -> FoundDifference | None:
        """Say that it does not come to zero."""
        currency, total = subject
        if not total:
            return None
        return FoundDifference(
            DifferenceKind.LEDGER_UNBALANCED,
            f"ledger:{currency}",
            f"The ledger does not come to zero in {currency}.",
            money(total, currency),
            money(0, currency),
        )
