"""What a vendor owes because its balance did not cover a claim: dated, paid by the next sales, or
given up by the operator.
"""

from __future__ import annotations

from shared.core import clock
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.payments.models import Payment
from shared.finance.recovery import movements
from shared.finance.recovery.errors import NothingOwed
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementState, rest
from shared.infra import unit
from shared.infra.unit import Transaction


async def follow(tx: Transaction, claim_id: int) -> None:
    """Let the receivable be what is not taken yet, inside the caller's transaction.

    Nothing while a movement is under way.
    """
    await follow_locked(tx, await tx.lock(Claim, id=claim_id))


async def follow_locked(tx: Transaction, claim: Claim) -> None:
    """Do the same with a claim that is locked."""
    target = rest(claim.amount, claim.paid, claim.written_off)
    revived, number = claim.written_off - target.written_off, claim.postings
    is_news = bool(revived) or target.receivable - claim.receivable != revived
    opening = Movement.filter(claim_id=claim.id, status=MovementState.OPENING)
    if not is_news or await opening.exists():
        return
    if revived:  # given up on, and now not even due any more: no loss after all
        number += 1
        await ledger.post(
            tx,
            postings.written_off(await _fact(claim, number, -revived)),
        )
    change = target.receivable - claim.receivable - revived
    if change:
        number += 1
        await ledger.post(
            tx,
            postings.receivable(await _fact(claim, number, change)),
        )
    if number == claim.postings:
        return
    await tx.change(
        claim,
        receivable=target.receivable,
        written_off=target.written_off,
        postings=number,
        owed_since=(claim.owed_since or clock.now()) if target.receivable else None,
    )
    action = "vendor.owes" if change > 0 else "vendor.owes_less"
    movements.record_act(
        tx, claim, action, "system", amount=abs(change), left=target.receivable
    )


async def write_off(claim_id: int, *, actor: str) -> None:
    """The platform gives up on what is owed. Raises NothingOwed."""
    async with unit.transaction() as tx:
        claim = await tx.lock_first(Claim.filter(id=claim_id))
        if claim is None or claim.receivable == 0:
            raise NothingOwed
        number, owed = claim.postings + 1, claim.receivable
        given_up = await tx.change(
            claim,
            where={"receivable": owed},
            written_off=claim.written_off + owed,
            receivable=0,
            owed_since=None,
            postings=number,
        )
        if not given_up:
            raise NothingOwed
        await ledger.post(
            tx,
            postings.written_off(await _fact(claim, number, owed)),
        )
        movements.record_act(tx, claim, "claim.written_off", actor, amount=owed)


async def _fact(
    claim: Claim,
    number: int,
    amount: int,
) -> postings.Receivable:
    last = (
        await Movement.filter(claim_id=claim.id, status=MovementState.DONE)
        .order_by("-id")
        .first()
    )
    source = last.stripe_id if last else None
    if source is None:
        payment = await Payment.get(id=claim.payment_id)
        source = payment.stripe_charge_id or payment.stripe_payment_intent_id
    return postings.Receivable(
        claim_id=claim.id,
        number=number,
        order_id=claim.order_id,
        vendor_id=claim.vendor_id,
        currency=claim.currency,
        amount=amount,
        stripe_id=str(source),
    )
