"""One thing here and one at Stripe, told apart by one check alone."""

from __future__ import annotations

from dataclasses import replace

from shared.finance.reconciliation.checks import compare
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    RepairName,
)
from shared.finance.reconciliation.records import (
    BothSides,
)
from tests.support.compared import balanced, movement


def told(facts: BothSides) -> list[tuple[DifferenceKind, str, str | None, RepairName]]:
    """Kind, what it is about, Stripe's id, and the repair of each finding."""
    return [
        (
            f.kind,
            f.subject,
            f.stripe_id,
            f.repair,
        )
        for f in compare(balanced(facts))
    ]


def reversed_(sold: BothSides, n: int, amount: int = 500) -> BothSides:
    """A reversal at Stripe of a sale, and nothing of it here."""
    return replace(
        movement(sold, n, "reversal", amount), movements=(), lines=sold.lines
    )
