"""Something here explains all the money that moved at Stripe."""

from __future__ import annotations

from dataclasses import replace

from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import AT_STRIPE
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.finance.ledger.postings import Unexplained
from shared.finance.reconciliation.checks.check import (
    Arguments,
    Comparison,
    Repair,
    as_argument,
)
from shared.finance.reconciliation.checks.money_check import MoneyCheck, MoneyOfKey
from shared.finance.reconciliation.checks.suspense import suspended
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.unexplained import SUSPENSE
from shared.infra import unit
from shared.infra.database.columns import texts_in
from shared.infra.jobs import Context


async def suspend(_context: Context, given: Arguments) -> str:
    """Post money that nothing explains beside the balance that holds it; it waits in suspense."""
    done = 0
    async with unit.transaction() as tx:
        for stripe_id, vendor_id, net, currency in given["transactions"]:
            fact = Unexplained(vendor_id, currency, net, str(stripe_id))
            before = await suspended(fact.stripe_id)
            known_as = str(given.get("stripe_id") or stripe_id)
            if before.now or await _is_booked(fact, known_as):
                continue  # somebody found out what it is
            again = replace(fact, number=before.times + 1)
            done += await ledger.post(tx, postings.unexplained(again))
    return "Parked as unexplained." if done else "It is in the books meanwhile."


async def _is_booked(fact: Unexplained, known_as: str) -> bool:
    """Say whether a posting of its own has it, under its own id or the one that it is known as.

    One that was taken back does not count.
    """
    rows = LedgerEntry.filter(
        stripe_id__in=[known_as, fact.stripe_id],
        account__in=AT_STRIPE,
        vendor_id=fact.vendor_id,
        currency=fact.currency,
    )
    own = rows.exclude(posting__kind__in=[*SUSPENSE, "reversed"])
    keys = set(await texts_in(own, "posting__key"))
    undone = LedgerPosting.filter(key__in=[f"reversed:{key}" for key in keys])
    return len(keys) > await undone.count()


class UnexplainedMoneyCheck(MoneyCheck):
    """Money at Stripe that is of nothing that we know: never posted, or posted and taken back."""

    kinds = (DifferenceKind.MONEY_UNEXPLAINED,)
    repairs = {
        RepairName.SUSPEND: Repair(
            (
                "Post the money to “Unexplained”, so that the ledger says what Stripe holds until "
                "a person has looked."
            ),
            suspend,
        )
    }

    def find(
        self, subject: MoneyOfKey, comparison: Comparison
    ) -> FoundDifference | None:
        """Say what moved."""
        if not subject.transactions or any(gap.booked for gap in subject.gaps):
            return None
        rows = [as_argument(t) for t in subject.transactions]
        return subject.difference(
            DifferenceKind.MONEY_UNEXPLAINED,
            f"money:{subject.key}",
            f"Money moved at Stripe and nothing here explains it: {subject.types}",
            RepairName.SUSPEND,
            {"transactions": rows, "stripe_id": subject.key},
        )
