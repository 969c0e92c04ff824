"""What a claim has to come to: what its refund or dispute says that the vendor bears."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from tortoise.functions import Sum

from shared.finance.disputes.dispute_postings import borne_by
from shared.finance.disputes.models import Dispute
from shared.finance.ledger import postings
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.payments.models import Payment
from shared.finance.recovery.rules import CONTRIBUTION
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import UNDONE
from shared.infra.database.chunks import chunks
from shared.infra.references.models import StripeReference
from shared.trade.orders.sold_amounts import sold_of

_OF_REFUNDS = ("refund", "refund_undone")


async def amounts_borne(subjects: Sequence[str]) -> dict[str, int]:
    """Read what vendors bear: subject (`refund:12`, `dispute:3`) -> minor units.

    Those are left out of which row and ledger do not say the same.
    """
    by_rows, by_ledger = await _by_rows(subjects), await _by_ledger(subjects)
    sure = [
        name for name, amount in by_rows.items() if by_ledger.get(name, 0) == amount
    ]
    contributed = await _contributed(subjects)
    return contributed | {name: by_rows[name] for name in sure}


async def _contributed(subjects: Sequence[str]) -> dict[str, int]:
    """Read what vendors get of the marketplace's own money, as it was frozen with their orders."""
    payments = {
        int(name.removeprefix(CONTRIBUTION)): name
        for name in subjects
        if name.startswith(CONTRIBUTION)
    }
    if not payments:
        return {}
    found: dict[str, int] = {}
    mine = Payment.filter(id__in=list(payments))
    for row in await mine.select_related("order"):
        sold = sold_of(row.order)
        found[payments[row.id]] = -sold.contribution
    return found


async def _by_rows(subjects: Sequence[str]) -> dict[str, int]:
    ids: dict[str, list[int]] = {"refund": [], "dispute": []}
    for subject in subjects:
        what, _, number = subject.partition(":")
        if what in ids and number.isdigit():
            ids[what].append(int(number))
    amounts: dict[str, int] = {}
    for refund in await Refund.filter(
        id__in=ids["refund"], stripe_refund_id__not_isnull=True
    ):
        amounts[f"refund:{refund.id}"] = (
            0 if refund.status in UNDONE else refund.vendor_part
        )
    for dispute in await Dispute.filter(id__in=ids["dispute"]):
        amounts[f"dispute:{dispute.id}"] = borne_by(dispute).vendor
    return amounts


async def _by_ledger(subjects: Sequence[str]) -> dict[str, int]:
    disputes = [each for each in subjects if each.startswith("dispute:")]
    return await _of_refunds(subjects) | await _of_disputes(disputes)


async def _of_refunds(subjects: Sequence[str]) -> dict[str, int]:
    """Read by the keys of their postings, which name the row: orders may share Stripe's refund."""
    names = [each for each in subjects if each.startswith("refund:")]
    subject_of = {
        f"{kind}:{name.removeprefix('refund:')}": name
        for name in names
        for kind in _OF_REFUNDS
    }
    return await _payable("posting__key", subject_of)


async def _of_disputes(subjects: Sequence[str]) -> dict[str, int]:
    named = StripeReference.filter(subject__in=list(subjects))
    pairs = await named.values_list("stripe_id", "subject")
    subject_of = {str(stripe_id): str(subject) for stripe_id, subject in pairs}
    return await _payable(
        "stripe_id",
        subject_of,
        posting__kind__in=postings.OF_DISPUTES,
    )


async def _payable(
    column: str,
    subject_of: Mapping[str, str],
    **only: Any,
) -> dict[str, int]:
    """Sum what vendors bear by what the entries say in a column, which names a subject."""
    payable = LedgerEntry.filter(account=Account.VENDOR_PAYABLE, **only)
    amounts: dict[str, int] = defaultdict(int)
    for some in chunks(subject_of):
        entries = payable.filter(**{f"{column}__in": some})
        sums = entries.annotate(total=Sum("amount")).group_by(column)
        for name, total in await sums.values_list(column, "total"):
            amounts[subject_of[str(name)]] += int(str(total))
    return amounts
