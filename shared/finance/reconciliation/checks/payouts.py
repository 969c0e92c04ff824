"""Each payout is where Stripe's is, and neither side has one that the other lacks."""

from __future__ import annotations

from dataclasses import replace

from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.payouts import fees
from shared.finance.payouts import sync as payouts
from shared.finance.payouts.fees import Fees
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import PayoutState
from shared.finance.reconciliation.checks.check import Arguments, Repair
from shared.finance.reconciliation.checks.object_check import ObjectCheck
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import DifferenceKind, RepairName
from shared.infra import unit
from shared.infra.jobs import Context

_CAME_BACK = (PayoutState.FAILED, PayoutState.CANCELED)


async def follow_payout(context: Context, given: Arguments) -> str:
    """Let our payout be where Stripe's is; one that Stripe made gets its row."""
    gateway, stripe_id = context.gateway, str(given["stripe_id"])
    account = None if given.get("account") is None else str(given["account"])
    row = await payouts.sync_payout(gateway, account, stripe_id)
    if row is None:
        raise CannotRepair("The payout is of an account that is not ours.")
    at_stripe = await gateway.payouts.get(stripe_id, account=account)
    await _post_payout(row, await fees.read(gateway, account, at_stripe))
    return f"Read again: the payout is {row.status.replace('_', ' ')}."


async def _post_payout(row: Payout, cost: Fees) -> None:
    """Post what a payout in its state must have posted, where it is not there.

    `cost`: as Stripe just told it.
    """
    if row.stripe_payout_id is None:
        return
    fact = postings.PaidOut(
        row.id,
        row.vendor_id,
        row.currency,
        row.amount,
        row.stripe_payout_id,
        row.fee,
        cost.earned,
    )
    async with unit.transaction() as tx:
        await ledger.post(tx, postings.payout_sent(fact))
        if row.paid_at is not None:
            await ledger.post(tx, postings.payout_arrived(fact))
        if row.status in _CAME_BACK:
            if row.paid_at is not None:
                await ledger.post(tx, postings.payout_reopened(fact))
            returned = replace(fact, fee=cost.back, earned=cost.given_back)
            await ledger.post(tx, postings.payout_returned(returned))


class PayoutCheck(ObjectCheck):
    """Our payouts against Stripe's."""

    what = "payout"
    follow = RepairName.FOLLOW_PAYOUT
    kinds = (
        DifferenceKind.PAYOUT_UNKNOWN,
        DifferenceKind.PAYOUT_DIFFERS,
        DifferenceKind.PAYOUT_MISSING,
    )
    repairs = {
        RepairName.FOLLOW_PAYOUT: Repair(
            "Read payout {stripe_id} again from Stripe and let our payout and the ledger follow.",
            follow_payout,
        )
    }
