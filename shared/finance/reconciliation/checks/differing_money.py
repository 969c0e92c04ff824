"""Stripe moved the same sum as the ledger says."""

from __future__ import annotations

from shared.finance.reconciliation.checks.check import Comparison
from shared.finance.reconciliation.checks.money_check import MoneyCheck, MoneyOfKey
from shared.finance.reconciliation.findings import DifferenceKind, FoundDifference


class DifferingMoneyCheck(MoneyCheck):
    """Money that both sides have, and not the same of it. A person must look."""

    kinds = (DifferenceKind.MONEY_DIFFERS,)

    def find(
        self, subject: MoneyOfKey, comparison: Comparison
    ) -> FoundDifference | None:
        """Say what moved; everything else about it has been looked at."""
        return subject.difference(
            DifferenceKind.MONEY_DIFFERS,
            f"money:{subject.key}",
            f"Stripe moved another sum than the ledger says: {subject.types}",
        )
