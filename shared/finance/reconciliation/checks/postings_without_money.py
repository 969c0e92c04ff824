"""Money moved at Stripe wherever the ledger says so."""

from __future__ import annotations

from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Account, Entry
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.finance.reconciliation.checks.check import Arguments, Comparison, Repair
from shared.finance.reconciliation.checks.money_check import MoneyCheck, MoneyOfKey
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.ledger_records import is_orphan
from shared.infra import unit
from shared.infra.jobs import Context

SHOWN = 120  # letters of the postings' keys


async def reverse_posting(_context: Context, given: Arguments) -> str:
    """Post the opposite of postings whose row is not there."""
    async with unit.transaction() as tx:
        for key in given["keys"]:
            await tx.flush()
            posting = await LedgerPosting.get_or_none(key=str(key))
            if posting is None or not await is_orphan(posting):
                raise CannotRepair
            rows = await LedgerEntry.filter(posting_id=posting.id).order_by("id")
            entries = [_entry(row) for row in rows]
            await ledger.post(
                tx,
                postings.opposite(
                    posting.key, posting.subject, entries, posting.vendor_id
                ),
            )
    return "Reversed."


def _entry(row: LedgerEntry) -> Entry:
    account, amount = Account(row.account), int(row.amount)
    return Entry(account, amount, row.currency, row.stripe_id, row.vendor_id)


class PostingWithoutMoneyCheck(MoneyCheck):
    """Postings of which Stripe has no balance transaction."""

    kinds = (DifferenceKind.POSTING_UNEXPLAINED,)
    repairs = {
        RepairName.REVERSE_POSTING: Repair(
            "Post the opposite of what has neither a row here nor money at Stripe.",
            reverse_posting,
        )
    }

    def find(
        self, subject: MoneyOfKey, comparison: Comparison
    ) -> FoundDifference | None:
        """Say that the ledger alone says so; what belongs to nothing here can be reversed."""
        if subject.transactions:
            return None
        keys = subject.postings
        names = ", ".join(keys)[:SHOWN]
        is_orphaned = comparison.both.orphans.issuperset(keys)
        return subject.difference(
            DifferenceKind.POSTING_UNEXPLAINED,
            f"posting:{keys[0]}",
            f"The ledger says that money moved ({names}), and Stripe does not.",
            RepairName.REVERSE_POSTING if is_orphaned else RepairName.NONE,
            {"keys": keys},
        )
