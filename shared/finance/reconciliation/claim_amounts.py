"""What a claim has to come to: what its refund or dispute says that the vendor bears."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence

from tortoise.expressions import Subquery
from tortoise.functions import Sum

from shared.finance.disputes.dispute_postings import borne_by
from shared.finance.disputes.models import Dispute
from shared.finance.ledger import postings
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
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
    amounts: dict[str, int] = {}
    refunds = Refund.filter(id__in=_ids_of(subjects, "refund"))
    for refund in await refunds.filter(stripe_refund_id__not_isnull=True):
        amounts[f"refund:{refund.id}"] = (
            0 if refund.status in UNDONE else refund.vendor_part
        )
    for dispute in await Dispute.filter(id__in=_ids_of(subjects, "dispute")):
        amounts[f"dispute:{dispute.id}"] = borne_by(dispute).vendor
    return amounts


def _ids_of(
    subjects: Iterable[str],
    wanted: str,
) -> list[int]:
    found = []
    for subject in subjects:
        what, _, number = subject.partition(":")
        if what == wanted and number.isdigit():
            found.append(int(number))
    return found


async def _by_ledger(subjects: Sequence[str]) -> dict[str, int]:
    return await _of_refunds(subjects) | await _of_disputes(subjects)


async def _of_refunds(subjects: Sequence[str]) -> dict[str, int]:
    """Read by the keys of their postings, which name the row: orders may share Stripe's refund."""
    names = [each for each in subjects if each.startswith("refund:")]
    subject_of = {
        f"{kind}:{name.removeprefix('refund:')}": name
        for name in names
        for kind in _OF_REFUNDS
    }
    payable = LedgerEntry.filter(account=Account.VENDOR_PAYABLE)
    amounts: dict[str, int] = defaultdict(int)
    for some in chunks(subject_of):
        named = LedgerPosting.filter(key__in=some)
        entries = payable.filter(posting_id__in=Subquery(named.values("id")))
        sums = entries.annotate(total=Sum("amount")).group_by("posting__key")
        for key, total in await sums.values_list("posting__key", "total"):
            amounts[subject_of[str(key)]] += int(str(total))
    return amounts


async def _of_disputes(subjects: Sequence[str]) -> dict[str, int]:
    """Read by Stripe's transactions and the order of each posting: orders may share a dispute, and
    a transaction is noted for one of them.
    """
    asked = Dispute.filter(id__in=_ids_of(subjects, "dispute"))
    shared = Dispute.filter(
        stripe_dispute_id__in=await asked.values_list("stripe_dispute_id", flat=True)
    )
    rows = await shared.values_list("id", "stripe_dispute_id", "order_id")
    names = {f"dispute:{row_id}": str(stripe_id) for row_id, stripe_id, _ in rows}
    named = StripeReference.filter(subject__in=list(names))
    pairs = await named.values_list("stripe_id", "subject")
    dispute_of = {str(stripe_id): names[str(subject)] for stripe_id, subject in pairs}
    row_of = {
        (stripe_id, f"order:{order_id}"): f"dispute:{row_id}"
        for row_id, stripe_id, order_id in rows
    }
    amounts: dict[str, int] = defaultdict(int)
    async for transaction, order, total in _payable_by_order(dispute_of):
        place = (dispute_of[transaction], order)
        if place in row_of:
            amounts[row_of[place]] += total
    return amounts


async def _payable_by_order(
    transactions: Iterable[str],
) -> AsyncIterator[tuple[str, str, int]]:
    """Sum what vendors bear: Stripe's transaction, the order (`order:7`), minor units."""
    payable = LedgerEntry.filter(
        account=Account.VENDOR_PAYABLE,
        posting__kind__in=postings.OF_DISPUTES,
    )
    columns = ("stripe_id", "posting__subject")
    for some in chunks(transactions):
        entries = payable.filter(stripe_id__in=some)
        sums = entries.annotate(total=Sum("amount")).group_by(*columns)
        for transaction, order, total in await sums.values_list(*columns, "total"):
            yield str(transaction), str(order), int(str(total))
