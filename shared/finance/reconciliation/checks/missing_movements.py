"""Stripe knows every movement of ours that is done."""

from __future__ import annotations

from collections.abc import Sequence

from shared.finance.reconciliation.checks.check import Check, Comparison
from shared.finance.reconciliation.checks.movement_check import of_record
from shared.finance.reconciliation.findings import DifferenceKind, FoundDifference
from shared.finance.reconciliation.records import MovementRecord


class MissingMovementCheck(Check[MovementRecord]):
    """Our movements against Stripe's. A person must look at what is missing there."""

    kinds = (DifferenceKind.MOVEMENT_MISSING,)

    def subjects(self, comparison: Comparison) -> Sequence[MovementRecord]:
        """Name the finished movements of the window that the platform's books at Stripe lack.

        Left out are those that a refund or dispute has told of.
        """
        both, covered = comparison.both, comparison.covered
        books = [t for t in both.transactions if t.vendor_id is None]
        at_stripe = {t.source for t in books if t.source}
        done = [each for each in both.movements if each.state == "done" and each.recent]
        return [
            each
            for each in done
            if each.stripe_id not in at_stripe and each.stripe_id not in covered
        ]

    def find(
        self, subject: MovementRecord, comparison: Comparison
    ) -> FoundDifference | None:
        """Say that Stripe does not know it."""
        return of_record(
            subject,
            DifferenceKind.MOVEMENT_MISSING,
            "Stripe does not know this movement of ours.",
            stripe_side="none",
            stripe_id=subject.stripe_id,
        )
