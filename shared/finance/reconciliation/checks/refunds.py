"""Each refund is where Stripe's is, and neither side has one that the other lacks."""

from __future__ import annotations

from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.reconciliation.checks.check import Arguments, Repair
from shared.finance.reconciliation.checks.object_check import ObjectCheck
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import DifferenceKind, RepairName
from shared.finance.refunds import external_refunds
from shared.finance.refunds.models import Refund
from shared.finance.refunds.refund_postings import fact_of
from shared.finance.refunds.rules import UNDONE
from shared.infra import unit
from shared.infra.jobs import Context


async def follow_refund(context: Context, given: Arguments) -> str:
    """Let our refund be where Stripe's is; one that was made at Stripe gets its row."""
    stripe_id = str(given["stripe_id"])
    state = await external_refunds.sync_stripe_refund(context.gateway, stripe_id)
    if state is None:
        raise CannotRepair(
            "The refund is of a payment that is not ours, or that took no money."
        )
    for refund in await Refund.filter(stripe_refund_id=stripe_id).order_by("id"):
        await post_refund(refund)
    return f"Read again: the refund is {state.value.replace('_', ' ')}."


async def post_refund(refund: Refund) -> None:
    """Post what a refund in its state must have posted, where it is not there."""
    paid = refund.stripe_balance_transaction_id
    returned = refund.stripe_failure_transaction_id
    taken_on = fact_of(refund, str(refund.stripe_refund_id))
    async with unit.transaction() as tx:
        await ledger.post(tx, postings.refund(taken_on))
        if paid:
            await ledger.post(tx, postings.refund_paid(fact_of(refund, paid)))
        if returned:
            await ledger.post(tx, postings.refund_returned(fact_of(refund, returned)))
        if refund.status in UNDONE:
            await ledger.post(tx, postings.refund_undone(taken_on))


class RefundCheck(ObjectCheck):
    """Our refunds against Stripe's."""

    what = "refund"
    follow = RepairName.FOLLOW_REFUND
    kinds = (
        DifferenceKind.REFUND_UNKNOWN,
        DifferenceKind.REFUND_DIFFERS,
        DifferenceKind.REFUND_MISSING,
    )
    repairs = {
        RepairName.FOLLOW_REFUND: Repair(
            "Read refund {stripe_id} again from Stripe and let our refund, the order,"
            " the vendor's claim and the ledger follow.",
            follow_refund,
        )
    }
