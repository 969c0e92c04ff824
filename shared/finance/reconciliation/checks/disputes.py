"""Each dispute is where Stripe's is, and neither side has one that the other lacks."""

from __future__ import annotations

from shared.finance.disputes import service as disputes
from shared.finance.disputes.models import Dispute
from shared.finance.reconciliation.checks.check import Arguments, Repair
from shared.finance.reconciliation.checks.object_check import ObjectCheck
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import DifferenceKind, RepairName
from shared.finance.recovery import service as recovery
from shared.finance.recovery.models import Claim
from shared.infra.jobs import Context


async def follow_dispute(context: Context, given: Arguments) -> str:
    """Let our dispute be where Stripe's is, and settle what its vendor bears."""
    stripe_id = str(given["stripe_id"])
    status = await disputes.sync_dispute(context.gateway, stripe_id)
    if status is None:
        raise CannotRepair("The dispute is about a payment that is not ours.")
    rows = Dispute.filter(stripe_dispute_id=stripe_id).order_by("id")
    for row in await rows:
        subject = disputes.subject_of(row.id)
        if await Claim.exists(subject=subject):
            await recovery.settle(context.gateway, subject)
    return f"Read again: the dispute is {status.value.replace('_', ' ')}."


class DisputeCheck(ObjectCheck):
    """Our disputes against Stripe's."""

    what = "dispute"
    follow = RepairName.FOLLOW_DISPUTE
    kinds = (
        DifferenceKind.DISPUTE_UNKNOWN,
        DifferenceKind.DISPUTE_DIFFERS,
        DifferenceKind.DISPUTE_MISSING,
    )
    repairs = {
        RepairName.FOLLOW_DISPUTE: Repair(
            (
                "Read dispute {stripe_id} again from Stripe and let our dispute, the vendor's "
                "claim and the ledger follow."
            ),
            follow_dispute,
        )
    }
