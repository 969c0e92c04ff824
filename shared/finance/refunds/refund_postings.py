"""What a refund does to the books: who owes whom, and where the money lies."""

from __future__ import annotations

from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.refunds.models import Refund
from shared.infra.gateway.refunds import StripeRefund
from shared.infra.references import service as references
from shared.infra.unit import Transaction


def subject_of(refund_id: int) -> str:
    """How claims and references name a refund."""
    return f"refund:{refund_id}"


def fact_of(refund: Refund, stripe_id: str) -> postings.RefundFact:
    """A refund for the ledger, from the Stripe object named."""
    return postings.RefundFact(
        refund_id=refund.id,
        order_id=refund.order_id,
        vendor_id=refund.vendor_id,
        currency=refund.currency,
        vendor_part=refund.vendor_part,
        commission_part=refund.commission_part,
        stripe_id=stripe_id,
        discount_part=refund.discount_part,
    )


def post_taken_on(tx: Transaction, refund: Refund, stripe_id: str) -> None:
    """Stripe has taken it on: from now on, who owes whom."""
    ledger.post_once(tx, postings.refund(fact_of(refund, stripe_id)))


def post_undone(tx: Transaction, refund: Refund) -> None:
    """It failed after all: nobody owes anything for it any more."""
    fact = fact_of(refund, str(refund.stripe_refund_id))
    ledger.post_once(tx, postings.refund_undone(fact))


def has_new_cash(refund: Refund, answer: StripeRefund) -> bool:
    """Whether Stripe names a balance transaction that the refund does not."""
    left, back = answer.balance_transaction, answer.failure_balance_transaction
    is_left = bool(left) and left != refund.stripe_balance_transaction_id
    return is_left or (bool(back) and back != refund.stripe_failure_transaction_id)


async def post_cash(tx: Transaction, refund: Refund, answer: StripeRefund) -> None:
    """The money left the platform's balance, or came back to it. The refund is locked."""
    left, back = answer.balance_transaction, answer.failure_balance_transaction
    known_left = refund.stripe_balance_transaction_id
    known_back = refund.stripe_failure_transaction_id
    if left and known_left is None:
        ledger.post_once(tx, postings.refund_paid(fact_of(refund, left)))
    if back and known_back is None:
        ledger.post_once(tx, postings.refund_returned(fact_of(refund, back)))
    if (left, back) == (known_left, known_back):
        return
    await tx.change(
        refund,
        stripe_balance_transaction_id=left or known_left,
        stripe_failure_transaction_id=back or known_back,
    )
    references.remember(
        tx,
        left,
        back,
        subject=subject_of(refund.id),
        order_id=refund.order_id,
        vendor_id=refund.vendor_id,
    )
