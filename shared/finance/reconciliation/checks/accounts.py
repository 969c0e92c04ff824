"""What we keep of each vendor's account is what Stripe says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.finance.connect import service as connect
from shared.finance.reconciliation.checks.check import (
    Arguments,
    Check,
    Comparison,
    Repair,
)
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import AccountRecord
from shared.infra.jobs import Context

SHOWN = 250  # letters of a side


async def sync_account(context: Context, given: Arguments) -> str:
    """Read a vendor's account again."""
    await connect.sync_account(context.gateway, vendor_id=int(given["vendor_id"]))
    return "The account was read again."


class AccountCheck(Check[AccountRecord]):
    """Vendors' accounts."""

    kinds = (DifferenceKind.ACCOUNT_DIFFERS,)
    repairs = {
        RepairName.SYNC_ACCOUNT: Repair(
            "Read the vendor's account again from Stripe.", sync_account
        )
    }

    def subjects(self, comparison: Comparison) -> Sequence[AccountRecord]:
        """Name those that Stripe shows us."""
        return comparison.both.accounts

    def find(
        self, subject: AccountRecord, comparison: Comparison
    ) -> FoundDifference | None:
        """Say which fields are out of date."""
        kept, at_stripe = subject.kept, subject.at_stripe
        wrong = [name for name in at_stripe if kept.get(name) != at_stripe[name]]
        if not wrong:
            return None
        return FoundDifference(
            DifferenceKind.ACCOUNT_DIFFERS,
            f"vendor:{subject.vendor_id}",
            "What we keep of the vendor's Stripe account is out of date.",
            _named(kept, wrong),
            _named(at_stripe, wrong),
            RepairName.SYNC_ACCOUNT,
            subject.account,
            subject.vendor_id,
            {"vendor_id": subject.vendor_id},
        )


def _named(
    values: Mapping[str, str],
    names: Sequence[str],
) -> str:
    return ", ".join(f"{name} {values.get(name)}" for name in names)[:SHOWN]
