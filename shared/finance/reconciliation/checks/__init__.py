"""Every check, in the order in which they run.

One file each finds a difference, words it, repairs it.

Causes come before consequences, so that each difference is told once: what one check found
(`Comparison.covered`, `Comparison.of`) later ones are silent about. Differences are numbered and
repaired in this order too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.finance.reconciliation.checks.accounts import AccountCheck
from shared.finance.reconciliation.checks.balances import BalanceCheck
from shared.finance.reconciliation.checks.charges import ChargeCheck
from shared.finance.reconciliation.checks.check import Check, Comparison, Repair
from shared.finance.reconciliation.checks.claims import ClaimCheck
from shared.finance.reconciliation.checks.dashboard_reversals import (
    DashboardReversalCheck,
)
from shared.finance.reconciliation.checks.differing_money import DifferingMoneyCheck
from shared.finance.reconciliation.checks.disputes import DisputeCheck
from shared.finance.reconciliation.checks.kept_sums import KeptSumCheck
from shared.finance.reconciliation.checks.ledger_sums import LedgerSumCheck
from shared.finance.reconciliation.checks.missed_events import MissedEventCheck
from shared.finance.reconciliation.checks.missing_movements import MissingMovementCheck
from shared.finance.reconciliation.checks.open_postings import OpenPostingCheck
from shared.finance.reconciliation.checks.order_sums import OrderSumCheck
from shared.finance.reconciliation.checks.orphaned_postings import OrphanedPostingCheck
from shared.finance.reconciliation.checks.paid_orders import PaidOrderCheck
from shared.finance.reconciliation.checks.parked_events import ParkedEventCheck
from shared.finance.reconciliation.checks.payment_intents import PaymentIntentCheck
from shared.finance.reconciliation.checks.payouts import PayoutCheck
from shared.finance.reconciliation.checks.postings_without_money import (
    PostingWithoutMoneyCheck,
)
from shared.finance.reconciliation.checks.receivables import ReceivableCheck
from shared.finance.reconciliation.checks.refunds import RefundCheck
from shared.finance.reconciliation.checks.sales import SaleCheck
from shared.finance.reconciliation.checks.saved_methods import SavedMethodCheck
from shared.finance.reconciliation.checks.suspense import SuspenseCheck
from shared.finance.reconciliation.checks.unexplained_money import UnexplainedMoneyCheck
from shared.finance.reconciliation.checks.unfinished_movements import (
    UnfinishedMovementCheck,
)
from shared.finance.reconciliation.checks.unknown_movements import UnknownMovementCheck
from shared.finance.reconciliation.checks.unposted_money import UnpostedMoneyCheck
from shared.finance.reconciliation.checks.vendor_earnings import VendorEarningsCheck
from shared.finance.reconciliation.findings import FoundDifference, RepairName
from shared.finance.reconciliation.records import BothSides

# Those that stand together go through the same subjects; the first that finds something tells it.
ORDER: tuple[tuple[Check[Any], ...], ...] = (
    # A payment explains most of what follows. That it was taken comes first.
    (PaymentIntentCheck(), PaidOrderCheck(), SaleCheck(), ChargeCheck()),
    # What refunds, disputes and payouts move is theirs: movements and money are silent about it.
    (RefundCheck(), DisputeCheck(), PayoutCheck()),
    # A movement that was begun here takes what Stripe made of it out of the unknown ones.
    (UnfinishedMovementCheck(),),
    # Before other unknown ones: what went back of it, or came along with it, is noted with it.
    (DashboardReversalCheck(),),
    (UnknownMovementCheck(),),
    (MissingMovementCheck(),),
    # Sums that are kept beside rows. A claim waits for its movements, so those come first.
    (ClaimCheck(),),
    (OrderSumCheck(),),
    # The books in themselves.
    (LedgerSumCheck(),),
    (KeptSumCheck(),),
    (OpenPostingCheck(),),
    (ReceivableCheck(),),
    # Money that one side alone has: everything that names a row of ours has had its say.
    (
        SuspenseCheck(),
        PostingWithoutMoneyCheck(),
        UnpostedMoneyCheck(),
        UnexplainedMoneyCheck(),
        DifferingMoneyCheck(),
    ),
    (OrphanedPostingCheck(),),
    # What is left once all of that is taken out.
    (BalanceCheck(),),
    (VendorEarningsCheck(),),
    # What moves no money.
    (AccountCheck(),),
    (SavedMethodCheck(),),
    (MissedEventCheck(),),
    (ParkedEventCheck(),),
)
CHECKS: tuple[Check[Any], ...] = tuple(
    check for together in ORDER for check in together
)
REPAIRS: Mapping[RepairName, Repair] = {
    name: repair for check in CHECKS for name, repair in check.repairs.items()
}


def compare(both: BothSides) -> list[FoundDifference]:
    """Find everything that differs, in the order of the checks. Pure."""
    return look_at(both).found


def look_at(both: BothSides) -> Comparison:
    """Let every check have its say. Pure."""
    comparison = Comparison(both)
    for together in ORDER:
        for subject in together[0].subjects(comparison):
            difference = _first(together, subject, comparison)
            if difference is not None:
                comparison.add(difference)
    return comparison


def _first(
    together: Sequence[Check[Any]], subject: Any, comparison: Comparison
) -> FoundDifference | None:
    for check in together:
        difference = check.find(subject, comparison)
        if difference is not None:
            return difference
    return None
