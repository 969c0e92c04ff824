"""What a dispute of the one thing that is sold comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.finance.disputes.models import Dispute
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.payments.models import Payment
from shared.finance.recovery import service as clawback
from shared.finance.recovery.models import Claim
from shared.infra import unit
from shared.infra.gateway.refunds import NewRefund
from shared.trade.orders.models import Order
from tests.support.disputes import (
    work,
)

if TYPE_CHECKING:
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

TOTAL, FEE = 4990, 125


SHARE = TOTAL - FEE


async def claim_of(row: Dispute) -> Claim:
    return await Claim.get(subject=f"dispute:{row.id}")


async def refund(
    context: Context,
    sandbox: RunningSandbox,
    payment: Payment,
    amount: int,
    *,
    commission: int,
) -> None:
    """A refund as the refunds' own domain books it: owed, claimed from the vendor, and paid."""
    new = NewRefund(
        str(payment.stripe_payment_intent_id), amount, False, False, None, {}
    )
    made = await context.gateway.refunds.create(
        new, key=f"test:refund:{payment.id}:{amount}"
    )
    order = await Order.get(id=payment.order_id)
    fact = postings.RefundFact(
        1,
        order.id,
        order.vendor_id,
        order.currency,
        amount - commission,
        commission,
        made.id,
    )
    async with unit.transaction() as tx:
        await ledger.post(tx, postings.refund(fact))
        await clawback.set_claim(
            tx, subject="refund:1", payment=payment, amount=amount - commission
        )
    await work(context)
    sandbox.advance(1)
    made = await context.gateway.refunds.get(
        made.id
    )  # it waits until the platform has the money
    if made.balance_transaction:
        async with unit.transaction() as tx:
            await ledger.post(tx, postings.refund_paid(fact))


async def escalate(context: Context, sandbox: RunningSandbox, row: Dispute) -> None:
    """The bank is not content with the answer to its inquiry."""
    texts = {"uncategorized_text": "escalate_inquiry_evidence"}
    await context.gateway.disputes.update(
        row.stripe_dispute_id, evidence=texts, submit=True, key=f"t:{row.id}:escalate"
    )
    sandbox.advance(10)
