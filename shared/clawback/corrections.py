"""What a person decided about money that was moved by hand and that no claim waits for: the vendor bears it.

One claim of its own for each payment, `correction:12`, always at rest: it comes to what was moved by hand.
"""

from __future__ import annotations

from shared.clawback import by_hand, movements, service
from shared.clawback.by_hand import Moved
from shared.clawback.errors import NothingTaken
from shared.clawback.models import Claim, Movement
from shared.clawback.rules import MovementKind
from shared.database import unit
from shared.ledger import postings
from shared.ledger import service as ledger
from shared.orders.models import Order
from shared.payments.models import Payment


def subject_of(payment_id: int) -> str:
    """What claims and the audit trail call it."""
    return f"correction:{payment_id}"


async def book(payment: Payment, moved: Moved, *, actor: str) -> Claim:
    """Book it as taken from the vendor (or given back to it, at most what was taken), once. Raises NothingTaken."""
    subject = subject_of(payment.id)
    async with unit.transaction():
        order = await unit.locked(Order.filter(id=payment.order_id))
        assert order is not None
        known = await Movement.get_or_none(stripe_id=moved.stripe_id).select_related("claim")
        if known is not None:
            return known.claim
        before = await unit.locked(Claim.filter(subject=subject))
        amount = (before.amount if before else 0) + moved.taken
        if amount < 0:
            raise NothingTaken
        claim = await service.set_claim(subject=subject, payment=payment, amount=amount)
        fact = postings.Taken(order.id, claim.vendor_id, claim.currency, moved.taken, moved.stripe_id)
        is_fee = moved.kind is MovementKind.FEE_REFUND
        await ledger.post(postings.commission_returned(fact) if is_fee else postings.taken(fact))
        await movements.record(
            claim,
            moved.kind,
            amount=moved.amount,
            source_id=moved.source_id,
            stripe_id=moved.stripe_id,
            order_number=order.number,
        )
        await by_hand.told(claim, moved, "claim.corrected", actor=actor)
    return claim
