"""We know every reversal, later transfer and fee refund that Stripe made of a payment of ours."""

from __future__ import annotations

from collections.abc import Sequence

from shared.finance.ledger.models import LedgerEntry
from shared.finance.payments import transfers
from shared.finance.payments.models import Payment
from shared.finance.reconciliation.checks.check import (
    Arguments,
    Check,
    Comparison,
    Repair,
)
from shared.finance.reconciliation.checks.dashboard_reversals import (
    book_taken,
    moved_by,
)
from shared.finance.reconciliation.checks.movement_check import of_unknown, untold
from shared.finance.reconciliation.checks.refunds import follow_refund
from shared.finance.reconciliation.checks.unexplained_money import suspend
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.unexplained import UnknownMovement
from shared.finance.recovery import dashboard_transfers
from shared.finance.recovery.dashboard_transfers import DashboardTransfer
from shared.finance.recovery.errors import NothingTaken
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementState
from shared.infra import unit
from shared.infra.jobs import Context
from shared.infra.references import service as references
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order


async def adopt_movement(context: Context, given: Arguments) -> str:
    """Note a movement with the refund or dispute that it belongs to.

    What belongs to nothing is parked as unexplained.
    """
    stripe_id = str(given["stripe_id"])
    if given.get("refund"):
        await follow_refund(context, {"stripe_id": given["refund"]})
        if await Movement.exists(stripe_id=stripe_id):
            return "Noted with its refund."
    if given.get("type") == "transfer":
        payment = await transfers.note_lost(context.gateway, stripe_id)
        if payment is not None:
            return "Noted as what the vendor got of the payment."
    known = await references.find(stripe_id)
    claim = await Claim.get_or_none(subject=known.subject) if known else None
    if claim is None:
        return await _sent_back(context, given)
    async with unit.transaction() as tx:
        await tx.lock(Order, id=claim.order_id)
        locked = await tx.lock(Claim, id=claim.id)
        await _note(tx, locked, moved_by(given))
    return f"Noted with {claim.subject.replace(':', ' ')}."


async def _sent_back(context: Context, given: Arguments) -> str:
    """Note what went to the vendor by hand with what was taken from it by hand.

    What was neither waits in suspense.
    """
    if given["type"] == "transfer_refund":
        return await suspend(context, given)
    try:
        return await book_taken(context, given)
    except NothingTaken:
        payment = await Payment.get(id=int(given["payment_id"]))
        claim = await dashboard_transfers.note_commission(
            context.gateway, payment, moved_by(given)
        )
    if claim is None:
        return await suspend(context, given)
    return f"Noted with {claim.subject.replace(':', ' ')}; as much is taken again."


async def _note(
    tx: Transaction,
    claim: Claim,
    moved: DashboardTransfer,
) -> None:
    """Write the movement again; where its posting is there, the claim has counted it already."""
    number = (await Order.get(id=claim.order_id)).number
    posted = LedgerEntry.filter(stripe_id=moved.stripe_id, posting__kind="moved")
    entry = await posted.select_related("posting").first()
    if entry is None:
        await dashboard_transfers.note_movement(tx, claim, moved, number)
    elif not await Movement.exists(stripe_id=moved.stripe_id):
        await tx.create(
            Movement,
            id=int(entry.posting.key.split(":")[1]),  # the row that its posting names
            claim_id=claim.id,
            kind=moved.kind,
            status=MovementState.DONE,
            amount=moved.amount,
            stripe_source_id=moved.source_id,
            stripe_id=moved.stripe_id,
            idempotency_key=f"order:{number}:{claim.subject}:adopted:{moved.stripe_id}",
        )


class UnknownMovementCheck(Check[UnknownMovement]):
    """Movements at Stripe without a row of ours."""

    kinds = (DifferenceKind.MOVEMENT_UNKNOWN,)
    repairs = {
        RepairName.ADOPT_MOVEMENT: Repair(
            "Note {stripe_id} with the refund, dispute or correction that it belongs to;"
            " if there is none, park it as unexplained.",
            adopt_movement,
        )
    }

    def subjects(self, comparison: Comparison) -> Sequence[UnknownMovement]:
        """Name those that nobody made by hand and that are not told yet."""
        return untold(comparison, by_hand=False)

    def find(
        self, subject: UnknownMovement, comparison: Comparison
    ) -> FoundDifference | None:
        """Say that money moved, and we do not know why."""
        return of_unknown(subject, comparison)
