"""What each vendor has earned lies in its balance or is on its way to its bank.

But for claims that are not at rest, and for suspense. Claims and postings change in one
transaction, so it holds at every moment.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.finance.reconciliation.checks.check import (
    Arguments,
    Check,
    Comparison,
    Repair,
    money,
)
from shared.finance.reconciliation.checks.refunds import post_refund
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import VendorEarnings
from shared.finance.refunds.models import Refund
from shared.infra.jobs import Context

# What explains that the earnings of its vendor differ.
_OF_A_VENDOR = (
    DifferenceKind.CLAIM_MISCOUNTED,
    DifferenceKind.CLAIM_UNSETTLED,
    DifferenceKind.MOVEMENT_OPEN,
    DifferenceKind.RECEIVABLE_DIFFERS,
    DifferenceKind.MONEY_UNPOSTED,
    DifferenceKind.MONEY_DIFFERS,
    DifferenceKind.POSTING_UNEXPLAINED,
)
# What may explain anybody's, where it names no vendor.
_OF_THE_BOOKS = (
    DifferenceKind.MONEY_UNPOSTED,
    DifferenceKind.MONEY_DIFFERS,
    DifferenceKind.POSTING_UNEXPLAINED,
    DifferenceKind.POSTING_ORPHANED,
    DifferenceKind.POSTING_OPEN,
    DifferenceKind.LEDGER_UNBALANCED,
)


async def post_refunds(_context: Context, given: Arguments) -> str:
    """Post refunds that Stripe took on and the ledger lost."""
    for refund_id in given["refund_ids"]:
        refund = await Refund.get_or_none(
            id=int(refund_id), stripe_refund_id__not_isnull=True
        )
        if refund is None:
            raise CannotRepair
        await post_refund(refund)
    return "Posted."


class VendorEarningsCheck(Check[VendorEarnings]):
    """What vendors have earned, and where it lies."""

    kinds = (DifferenceKind.EARNED_DIFFERS,)
    repairs = {
        RepairName.POST_REFUNDS: Repair(
            (
                "Post refund {refunds} to the ledger again, with who bears it, as it was frozen "
                "when Stripe took it on."
            ),
            post_refunds,
        )
    }

    def subjects(self, comparison: Comparison) -> Sequence[VendorEarnings]:
        """Name the vendors of whom nothing found so far tells why."""
        if any(each.vendor_id is None for each in comparison.of(_OF_THE_BOOKS)):
            return ()
        told = {each.vendor_id for each in comparison.of(_OF_A_VENDOR)}
        return [each for each in comparison.both.earnings if each.vendor_id not in told]

    def find(
        self, subject: VendorEarnings, comparison: Comparison
    ) -> FoundDifference | None:
        """Say what was earned and what lies there, and whether lost refunds are why."""
        if not subject.excess:
            return None
        refunds = subject.unposted
        is_why = bool(refunds) and sum(refunds.values()) == subject.excess
        numbers = ", ".join(map(str, refunds))
        why = "nothing found so far explains it"
        if is_why:
            why = f"the ledger lacks postings of refund {numbers}"
        currency = subject.currency
        return FoundDifference(
            DifferenceKind.EARNED_DIFFERS,
            f"vendor:{subject.vendor_id}:{currency}",
            (
                "What this vendor has earned is not what lies in its balance or is on its way to "
                f"its bank, and {why}."
            ),
            f"earned {money(subject.earned, currency)}",
            f"lies {money(subject.lies + subject.waits, currency)}",
            RepairName.POST_REFUNDS if is_why else RepairName.NONE,
            None,
            subject.vendor_id,
            {"refund_ids": list(refunds), "refunds": numbers} if is_why else {},
        )
