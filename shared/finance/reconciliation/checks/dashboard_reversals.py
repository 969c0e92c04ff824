"""Nothing was taken back from a vendor in Stripe's dashboard that is not in our books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.finance.payments.models import Payment
from shared.finance.reconciliation.checks.check import (
    Arguments,
    Check,
    Comparison,
    Repair,
    money,
)
from shared.finance.reconciliation.checks.movement_check import (
    of_unknown,
    payment_of,
    untold,
)
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.unexplained import UnknownMovement
from shared.finance.recovery import dashboard_transfers, manual_attribution
from shared.finance.recovery.dashboard_transfers import DashboardTransfer
from shared.finance.recovery.rules import MovementKind
from shared.infra.jobs import Context

# What a balance transaction of these types moves.
MOVEMENT_KINDS = {
    "transfer_refund": MovementKind.REVERSAL,
    "transfer": MovementKind.TRANSFER,
    "application_fee_refund": MovementKind.FEE_REFUND,
}


async def book_taken(context: Context, given: Arguments) -> str:
    """Note what was moved by hand with the claim that waits for it.

    Where none does, the vendor bears it as a correction.
    """
    payment = await Payment.get(id=int(given["payment_id"]))
    moved = moved_by(given)
    if await dashboard_transfers.is_under_way(context.gateway, moved):
        raise CannotRepair(
            "It is one of ours and under way: its claim notes it in a moment."
        )
    claim = await dashboard_transfers.note(payment, moved)
    if claim is None:
        claim = await manual_attribution.book(payment, moved, actor="operator")
    return f"Noted with {claim.subject.replace(':', ' ')}."


def moved_by(given: Arguments) -> DashboardTransfer:
    """Read from the arguments what was moved."""
    kind = MOVEMENT_KINDS[str(given["type"])]
    source = str(given.get("source") or "")
    return DashboardTransfer(
        kind,
        int(given["amount"]),
        source,
        str(given["stripe_id"]),
    )


class DashboardReversalCheck(Check[UnknownMovement]):
    """Transfers that somebody reversed by hand. Why, only a person knows."""

    kinds = (DifferenceKind.TAKEN_BY_HAND,)
    repairs = {
        RepairName.BOOK_TAKEN: Repair(
            "Book {stripe_id} as taken from the vendor: for what it owes of this order;"
            " where it owes nothing, as a correction that it bears.",
            book_taken,
        )
    }

    def subjects(self, comparison: Comparison) -> Sequence[UnknownMovement]:
        """Name what was reversed by hand and is not told yet."""
        return untold(comparison, by_hand=True)

    def find(
        self, subject: UnknownMovement, comparison: Comparison
    ) -> FoundDifference | None:
        """Say what was taken, and what can be done about it."""
        t = subject.transaction
        number = payment_of(subject, comparison).order_number
        text = (
            f"Somebody took {money(t.net, t.currency)} back from the vendor of order {number}"
            " in Stripe's dashboard. If that was right, book it as taken from the vendor."
            " If not, send it back there first: then both are noted."
        )
        return replace(
            of_unknown(subject, comparison),
            kind=DifferenceKind.TAKEN_BY_HAND,
            text=text,
            repair=RepairName.BOOK_TAKEN,
        )
