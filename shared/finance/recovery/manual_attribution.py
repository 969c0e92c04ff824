"""What a person decided about money that was moved by hand and that no claim waits for: the vendor
bears it.

One claim of its own for each payment, `correction:12`, always at rest: it comes to what was moved
by hand.
"""

from __future__ import annotations

from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.payments.models import Payment
from shared.finance.recovery import dashboard_transfers, service
from shared.finance.recovery.dashboard_transfers import DashboardTransfer
from shared.finance.recovery.errors import NothingTaken
from shared.finance.recovery.models import Claim
from shared.finance.recovery.rules import MovementKind
from shared.infra.unit import Transaction


def subject_of(payment_id: int) -> str:
    """What claims and the audit trail call it."""
    return f"correction:{payment_id}"


async def book(
    payment: Payment,
    moved: DashboardTransfer,
    *,
    actor: str,
) -> Claim:
    """Book it as taken from the vendor (or given back to it, at most what was taken), once.

    Raises NothingTaken.
    """

    async def bear(tx: Transaction) -> Claim:
        before = await tx.lock_first(Claim.filter(subject=subject_of(payment.id)))
        amount = (before.amount if before else 0) + moved.taken
        if amount < 0:
            raise NothingTaken
        claim = await service.set_claim(
            tx,
            subject=subject_of(payment.id),
            payment=payment,
            amount=amount,
        )
        fact = postings.ManualTransferFact(
            claim.order_id,
            claim.vendor_id,
            claim.currency,
            moved.taken,
            moved.stripe_id,
        )
        is_fee = moved.kind is MovementKind.FEE_REFUND
        await ledger.post(
            tx, postings.commission_returned(fact) if is_fee else postings.taken(fact)
        )
        return claim

    claim = await dashboard_transfers.once(
        payment, moved, bear, action="claim.corrected", actor=actor
    )
    assert claim is not None
    return claim
