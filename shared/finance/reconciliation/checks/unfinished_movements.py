"""Every movement that was begun was finished."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.frozen import frozen
from shared.finance.reconciliation.checks.check import Check, Comparison
from shared.finance.reconciliation.checks.movement_check import of_record, payment_of
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import MovementRecord


@frozen
class UnfinishedMovement:
    """A movement that was written down and not finished.

    `made`: what Stripe made of it, whose answer got lost.
    """

    record: MovementRecord
    made: str | None


class UnfinishedMovementCheck(Check[UnfinishedMovement]):
    """Our movements that are under way. The claim that wants them settles them."""

    kinds = (DifferenceKind.MOVEMENT_OPEN,)

    def subjects(self, comparison: Comparison) -> Sequence[UnfinishedMovement]:
        """Match each with what is there already at Stripe, and is found again under its key."""
        both, unknown = comparison.both, list(comparison.unknown_movements)
        about = {each.stripe_id: payment_of(each, comparison) for each in unknown}
        unfinished = []
        for record in (each for each in both.movements if each.state == "opening"):
            same = [
                each
                for each in unknown
                if abs(each.transaction.amount) == record.amount
                and about[each.stripe_id].vendor_id == record.vendor_id
            ]
            # Of two of the same amount, that of its own payment.
            own = [
                each for each in same if about[each.stripe_id].id == record.payment_id
            ]
            made = next(iter(own or same), None)
            if made is not None:
                unknown.remove(made)
            unfinished.append(
                UnfinishedMovement(record, made.stripe_id if made else None)
            )
        return unfinished

    def find(
        self, subject: UnfinishedMovement, comparison: Comparison
    ) -> FoundDifference | None:
        """Say that it was never finished, unless a refund or dispute has told of it."""
        if subject.made is not None and subject.made in comparison.covered:
            return None
        return of_record(
            subject.record,
            DifferenceKind.MOVEMENT_OPEN,
            "This movement was written down and never finished.",
            repair=RepairName.SETTLE_CLAIM,
            stripe_id=subject.made,
        )
