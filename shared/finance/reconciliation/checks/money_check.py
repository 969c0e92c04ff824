"""What the checks of money share: keys that do not come to the same on both sides."""

from __future__ import annotations

from abc import ABC
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from shared.core.frozen import frozen
from shared.finance.reconciliation.checks.check import Check, Comparison, money
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import TransactionAtStripe
from shared.finance.reconciliation.unexplained import Gap

SHOWN = 250  # letters of a side


@frozen
class MoneyOfKey:
    """What differs under one key, account by account."""

    key: str
    gaps: tuple[Gap, ...]

    @property
    def transactions(self) -> list[TransactionAtStripe]:
        """Stripe's rows about it."""
        return [t for gap in self.gaps for t in gap.transactions]

    @property
    def postings(self) -> list[str]:
        """The keys of our postings about it."""
        return sorted({line.key for gap in self.gaps for line in gap.lines})

    @property
    def types(self) -> str:
        """The types of Stripe's rows, as words."""
        names = dict.fromkeys(t.type.replace("_", " ") for t in self.transactions)
        return f"{', '.join(names)}."

    @property
    def vendor_id(self) -> int | None:
        """The vendor whose money it is; None when it is the platform's alone."""
        vendors = (gap.vendor_id for gap in self.gaps if gap.vendor_id is not None)
        return next(vendors, None)

    @property
    def our_sums(self) -> str:
        """What the ledger says, account by account."""
        sums = [f"{_whose(gap)} {money(gap.booked, gap.currency)}" for gap in self.gaps]
        return ", ".join(sums)[:SHOWN]

    @property
    def stripe_sums(self) -> str:
        """What Stripe says, account by account."""
        sums = [
            f"{_whose(gap)} {money(gap.at_stripe, gap.currency)}" for gap in self.gaps
        ]
        return ", ".join(sums)[:SHOWN]

    def difference(
        self,
        kind: DifferenceKind,
        subject: str,
        text: str,
        repair: RepairName = RepairName.NONE,
        arguments: dict[str, Any] | None = None,
    ) -> FoundDifference:
        """Tell of it."""
        return FoundDifference(
            kind,
            subject,
            text,
            self.our_sums,
            self.stripe_sums,
            repair,
            self.key,
            self.vendor_id,
            arguments or {},
        )


def _whose(gap: Gap) -> str:
    return "platform" if gap.vendor_id is None else f"vendor {gap.vendor_id}"


class MoneyCheck(Check[MoneyOfKey], ABC):
    """A check of money that one side alone has."""

    def subjects(self, comparison: Comparison) -> Iterable[MoneyOfKey]:
        """Name each key that differs and that nothing found so far covers."""
        by_key: dict[str, list[Gap]] = defaultdict(list)
        for gap in comparison.gaps:
            if gap.key not in comparison.covered:
                by_key[gap.key].append(gap)
        return [MoneyOfKey(key, tuple(gaps)) for key, gaps in by_key.items()]
