"""What was parked in suspense leaves it once its own posting is there."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import AT_STRIPE
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.finance.ledger.postings import Unexplained
from shared.finance.reconciliation.checks.check import Arguments, Comparison, Repair
from shared.finance.reconciliation.checks.money_check import MoneyCheck, MoneyOfKey
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.unexplained import SUSPENSE, explained_by_suspense
from shared.infra import unit
from shared.infra.database.columns import texts_in
from shared.infra.jobs import Context


@frozen
class TimesParked:
    """How often a balance transaction was parked, and whether it is now.

    It may be parked more than once.
    """

    times: int
    now: bool


async def suspended(stripe_id: str) -> TimesParked:
    """Read what suspense says of a balance transaction. Inside a transaction."""
    await unit.flush()
    mine = LedgerPosting.filter(subject=f"transaction:{stripe_id}", kind__in=SUSPENSE)
    kinds = await texts_in(mine, "kind")
    times = kinds.count("unexplained")
    return TimesParked(times, times > kinds.count("explained"))


async def clear_suspense(_context: Context, given: Arguments) -> str:
    """Take out of suspense what has its own posting now."""
    async with unit.transaction() as tx:
        for stripe_id in map(str, given["transactions"]):
            before = await suspended(stripe_id)
            entry = await _last_parked(stripe_id)
            if entry is None:
                raise CannotRepair
            if before.now:
                place = (entry.vendor_id, entry.currency)
                fact = Unexplained(*place, entry.amount, stripe_id, before.times)
                await ledger.post(tx, postings.explained(fact))
    return "Taken out of suspense."


async def _last_parked(stripe_id: str) -> LedgerEntry | None:
    rows = LedgerEntry.filter(stripe_id=stripe_id, posting__kind="unexplained")
    return await rows.filter(account__in=AT_STRIPE).order_by("-id").first()


class SuspenseCheck(MoneyCheck):
    """Postings without money at Stripe, which parked money would explain."""

    kinds = (DifferenceKind.SUSPENSE_EXPLAINED,)
    repairs = {
        RepairName.CLEAR_SUSPENSE: Repair(
            "Take it out of “Unexplained” again, since its own posting is there.",
            clear_suspense,
        )
    }

    def find(
        self, subject: MoneyOfKey, comparison: Comparison
    ) -> FoundDifference | None:
        """Say that money in suspense has its posting now."""
        if subject.transactions:
            return None
        both, links = comparison.both, comparison.links
        suspended = [
            t for gap in subject.gaps for t in explained_by_suspense(gap, both, links)
        ]
        if not suspended:
            return None
        return subject.difference(
            DifferenceKind.SUSPENSE_EXPLAINED,
            f"money:{subject.key}",
            "Money that was parked as unexplained has its posting now.",
            RepairName.CLEAR_SUSPENSE,
            {"transactions": [t.id for t in suspended]},
        )
