"""What a claim has to come to: what its refund or dispute says that the vendor bears, where row and ledger say the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tortoise.functions import Sum

from shared.finance.disputes.models import Dispute
from shared.finance.disputes.money import borne_by
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import UNDONE
from shared.infra.references.models import StripeReference

_KINDS = ("refund", "refund_undone", "dispute_withdrawn", "dispute_reinstated")


async def borne(subjects: Sequence[str]) -> dict[str, int]:
    """Subject (`refund:12`, `dispute:3`) -> minor units that its vendor bears. Left out where row and ledger are not of one mind."""
    rows, booked = await _by_rows(subjects), await _by_ledger(subjects)
    return {subject: amount for subject, amount in rows.items() if booked.get(subject, 0) == amount}


async def _by_rows(subjects: Sequence[str]) -> dict[str, int]:
    ids: dict[str, list[int]] = {"refund": [], "dispute": []}
    for subject in subjects:
        what, _, number = subject.partition(":")
        if what in ids and number.isdigit():
            ids[what].append(int(number))
    refunds = await Refund.filter(id__in=ids["refund"], stripe_refund_id__not_isnull=True)
    found = {f"refund:{row.id}": 0 if row.status in UNDONE else row.vendor_part for row in refunds}
    disputes = await Dispute.filter(id__in=ids["dispute"])
    return found | {f"dispute:{row.id}": borne_by(row).vendor for row in disputes}


async def _by_ledger(subjects: Sequence[str]) -> dict[str, int]:
    named = await StripeReference.filter(subject__in=list(subjects)).values_list("stripe_id", "subject")
    subject_of = {str(stripe_id): str(subject) for stripe_id, subject in named}
    sums = (
        await LedgerEntry.filter(
            stripe_id__in=list(subject_of), account=Account.VENDOR_PAYABLE, posting__kind__in=_KINDS
        )
        .annotate(total=Sum("amount"))
        .group_by("stripe_id")
        .values_list("stripe_id", "total")
    )
    found: dict[str, int] = defaultdict(int)
    for stripe_id, total in sums:
        found[subject_of[str(stripe_id)]] += int(str(total))
    return found
