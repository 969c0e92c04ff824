"""Giving back an order that cost its shopper nothing: Stripe is not asked, since no money goes to
anybody but what the marketplace had paid of the price, which the claim takes back.
"""

from __future__ import annotations

from shared.core import clock
from shared.finance.recovery import service as recovery
from shared.finance.refunds import effects
from shared.finance.refunds.models import Refund
from shared.finance.refunds.refund_postings import post_taken_on, subject_of
from shared.finance.refunds.rules import RefundState
from shared.finance.refunds.statements import arrival_of, lock_refund
from shared.infra.unit import Act, Transaction


async def settle(tx: Transaction, refund: Refund) -> None:
    """Let a refund of nothing that was written down just now have arrived."""
    await tx.flush()
    found = await lock_refund(tx, refund.id)
    arrival = await arrival_of(refund)
    post_taken_on(tx, refund, refund.idempotency_key)
    if refund.vendor_part:
        await recovery.set_claim(
            tx,
            subject=subject_of(refund.id),
            payment=found.payment,
            amount=refund.vendor_part,
            order_number=found.order.number,
        )
    await tx.move(
        refund,
        to=RefundState.SUCCEEDED,
        act=Act("refund.succeeded", details={"was": RefundState.OPENING}),
        succeeded_at=clock.now(),
    )
    await effects.arrived(tx, found, arrival)
