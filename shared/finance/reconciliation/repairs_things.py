"""Repairs that follow one of Stripe's objects: refunds, disputes, payouts, and movements between balances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.finance.disputes import service as disputes
from shared.finance.disputes.models import Dispute
from shared.finance.ledger.models import LedgerEntry
from shared.finance.payment_methods import follow as saved
from shared.finance.payments.models import Payment
from shared.finance.payouts import fees
from shared.finance.payouts import follow as payouts
from shared.finance.reconciliation import repairs_books as books
from shared.finance.reconciliation import suspense
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.recovery import by_hand, corrections, movements
from shared.finance.recovery import service as clawback
from shared.finance.recovery.by_hand import Moved
from shared.finance.recovery.errors import NothingTaken
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind, MovementState
from shared.finance.refunds import adopt as refunds
from shared.finance.refunds.models import Refund
from shared.infra import unit
from shared.infra.jobs import Context
from shared.infra.references import service as references
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order

Arguments = Mapping[str, Any]
_KINDS = {
    "transfer_refund": MovementKind.REVERSAL,
    "transfer": MovementKind.TRANSFER,
    "application_fee_refund": MovementKind.FEE_REFUND,
}


async def follow_refund(context: Context, given: Arguments) -> str:
    """Let our refund be where Stripe's is; one that was made at Stripe gets its row."""
    state = await refunds.follow_stripe(context.gateway, str(given["stripe_id"]))
    if state is None:
        raise CannotRepair("The refund is of a payment that is not ours, or that took no money.")
    await books.post_refund(await Refund.get(stripe_refund_id=str(given["stripe_id"])))
    return f"Read again: the refund is {state.value.replace('_', ' ')}."


async def follow_dispute(context: Context, given: Arguments) -> str:
    """Let our dispute be where Stripe's is."""
    status = await disputes.follow(context.gateway, str(given["stripe_id"]))
    if status is None:
        raise CannotRepair("The dispute is about a payment that is not ours.")
    row = await Dispute.get(stripe_dispute_id=str(given["stripe_id"]))
    if await Claim.exists(subject=disputes.subject_of(row.id)):
        await clawback.settle(context.gateway, disputes.subject_of(row.id))
    return f"Read again: the dispute is {status.value.replace('_', ' ')}."


async def follow_payout(context: Context, given: Arguments) -> str:
    """Let our payout be where Stripe's is; one that Stripe made gets its row."""
    account = None if given.get("account") is None else str(given["account"])
    row = await payouts.follow(context.gateway, account, str(given["stripe_id"]))
    if row is None:
        raise CannotRepair("The payout is of an account that is not ours.")
    found = await context.gateway.payouts.get(str(given["stripe_id"]), account=account)
    await books.post_payout(row, await fees.read(context.gateway, account, found))
    return f"Read again: the payout is {row.status.replace('_', ' ')}."


async def follow_methods(context: Context, given: Arguments) -> str:
    """Let our saved payment methods be what a shopper's customer holds."""
    customer_id = str(given["customer_id"])
    if not await saved.follow(context.gateway, customer_id):
        raise CannotRepair("The customer is no shopper's of ours.")
    return "Read again: saved payment methods are as Stripe holds them."


async def adopt_movement(context: Context, given: Arguments) -> str:
    """Note a movement with the refund or dispute that it belongs to; what belongs to nothing is parked as unexplained."""
    stripe_id = str(given["stripe_id"])
    if given.get("refund"):
        await follow_refund(context, {"stripe_id": given["refund"]})
        if await Movement.exists(stripe_id=stripe_id):
            return "Noted with its refund."
    known = await references.find(stripe_id)
    claim = await Claim.get_or_none(subject=known.subject) if known else None
    if claim is None:
        return await _went_back(context, given)
    async with unit.transaction() as tx:
        await tx.lock(Order, id=claim.order_id)
        locked = await tx.lock(Claim, id=claim.id)
        await _note(tx, locked, stripe_id, given)
    return f"Noted with {claim.subject.replace(':', ' ')}."


async def _went_back(context: Context, given: Arguments) -> str:
    """Money or commission that went to the vendor by hand takes back what was taken by hand; else nobody knows what it is."""
    if given["type"] != "transfer_refund":
        try:
            return await book_taken(context, given)
        except NothingTaken:
            payment = await Payment.get(id=int(given["payment_id"]))
            claim = await by_hand.note_commission(context.gateway, payment, _moved(given))
            if claim is not None:
                return f"Noted with {claim.subject.replace(':', ' ')}; as much is taken again."
    return await suspense.suspend(context, given)


async def book_taken(context: Context, given: Arguments) -> str:
    """Note what was moved by hand with the claim that waits for it; where none does, the vendor bears it as a correction."""
    payment = await Payment.get(id=int(given["payment_id"]))
    moved = _moved(given)
    if await by_hand.is_under_way(context.gateway, moved):
        raise CannotRepair("It is one of ours and under way: its claim notes it in a moment.")
    claim = await by_hand.note(payment, moved) or await corrections.book(payment, moved, actor="operator")
    return f"Noted with {claim.subject.replace(':', ' ')}."


def _moved(given: Arguments) -> Moved:
    kind = _KINDS[str(given["type"])]
    return Moved(kind, int(given["amount"]), str(given.get("source") or ""), str(given["stripe_id"]))


async def _note(tx: Transaction, claim: Claim, stripe_id: str, given: Arguments) -> None:
    """The row again; where its posting is there, the claim has counted it already."""
    kind, amount, source = _KINDS[str(given["type"])], int(given["amount"]), str(given.get("source") or "")
    number = (await Order.get(id=claim.order_id)).number
    entry = await LedgerEntry.filter(stripe_id=stripe_id, posting__kind="moved").select_related("posting").first()
    if entry is None:
        await movements.record(
            tx, claim, kind, amount=amount, source_id=source, stripe_id=stripe_id, order_number=number
        )
    elif not await Movement.exists(stripe_id=stripe_id):
        await tx.create(
            Movement,
            id=int(entry.posting.key.split(":")[1]),  # the row that its posting names
            claim_id=claim.id,
            kind=kind,
            status=MovementState.DONE,
            amount=amount,
            stripe_source_id=source,
            stripe_id=stripe_id,
            idempotency_key=f"order:{number}:{claim.subject}:adopted:{stripe_id}",
        )
