"""Each balance at Stripe is what the ledger says, once all that was found is taken out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from shared.core.frozen import frozen
from shared.finance.reconciliation.checks.check import Check, Comparison, money
from shared.finance.reconciliation.findings import DifferenceKind, FoundDifference


@frozen
class ComparedBalance:
    """A balance by the ledger and by Stripe.

    `explained`: what is known of by how much they differ.
    """

    vendor_id: int | None
    currency: str
    booked: int
    at_stripe: int
    explained: int


class BalanceCheck(Check[ComparedBalance]):
    """The balance of every account and currency. A person must look."""

    kinds = (DifferenceKind.BALANCE_DIFFERS,)

    def subjects(self, comparison: Comparison) -> Iterator[ComparedBalance]:
        """Name them all."""
        explained: dict[tuple[int | None, str], int] = defaultdict(int)
        for gap in comparison.gaps:
            explained[gap.vendor_id, gap.currency] += gap.at_stripe - gap.booked
        for place, sums in comparison.both.balances.items():
            yield ComparedBalance(*place, *sums, explained[place])

    def find(
        self, subject: ComparedBalance, comparison: Comparison
    ) -> FoundDifference | None:
        """Say that nothing found so far explains by how much they differ."""
        if subject.at_stripe - subject.booked == subject.explained:
            return None
        vendor_id, currency = subject.vendor_id, subject.currency
        whose = "the platform" if vendor_id is None else f"vendor {vendor_id}"
        return FoundDifference(
            DifferenceKind.BALANCE_DIFFERS,
            f"balance:{vendor_id or 'platform'}:{currency}",
            (
                f"Stripe says that {whose} holds another sum than the ledger does, and nothing "
                "found so far explains it."
            ),
            money(subject.booked, currency),
            money(subject.at_stripe, currency),
            vendor_id=vendor_id,
        )
