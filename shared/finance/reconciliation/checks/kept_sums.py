"""What is kept of each account is what its entries come to."""

from __future__ import annotations

from collections.abc import Iterable

from shared.finance.reconciliation.checks.check import Check, Comparison, money
from shared.finance.reconciliation.findings import DifferenceKind, FoundDifference
from shared.finance.reconciliation.records import WrongSum


class KeptSumCheck(Check[WrongSum]):
    """The sums beside the entries. The database sees to them, so a person must look."""

    kinds = (DifferenceKind.LEDGER_SUM_DIFFERS,)

    def subjects(self, comparison: Comparison) -> Iterable[WrongSum]:
        """Name those that differ; the database compares them."""
        return comparison.both.wrong_sums

    def find(self, subject: WrongSum, comparison: Comparison) -> FoundDifference | None:
        """Say both."""
        currency = subject.currency
        place = f"{subject.account}:{subject.vendor_id or 'platform'}:{currency}"
        return FoundDifference(
            DifferenceKind.LEDGER_SUM_DIFFERS,
            f"ledger:{place}",
            f"What is kept of the account {subject.account} is not what its entries come to.",
            money(subject.kept, currency),
            money(subject.counted, currency),
            vendor_id=subject.vendor_id,
        )
