"""What vendor and marketplace have of orders now, after everything that went back: one query,
however many orders.
"""

from __future__ import annotations

from collections.abc import Collection

from tortoise.expressions import Subquery
from tortoise.functions import Sum

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.finance.order_money.flows import COMMISSION, VENDORS

_SUBJECT = "order:"


@frozen
class Share:
    """What is left of an order's money on each side, paid out or not.

    The vendor's may be below zero: more was taken than it got.
    """

    vendor: Money
    commission: Money


async def shares_of(order_ids: Collection[int]) -> dict[int, Share]:
    """By order; one that was never paid is not in it.

    As the waterfall of each order comes to (flows.py).
    """
    subjects = [f"{_SUBJECT}{id_}" for id_ in order_ids]
    postings = LedgerPosting.filter(subject__in=subjects)
    rows = (
        await LedgerEntry.filter(
            posting_id__in=Subquery(postings.values("id")),
            account__in=[*VENDORS, COMMISSION],
        )
        .annotate(total=Sum("amount"))
        .group_by("posting__subject", "account", "currency")
        .values_list("posting__subject", "account", "currency", "total")
    )
    sums: dict[tuple[int, str], list[int]] = {}
    for subject, account, currency, total in rows:
        both = sums.setdefault(
            (int(str(subject).removeprefix(_SUBJECT)), str(currency)),
            [0, 0],
        )
        both[account == COMMISSION] -= int(total)
    return {
        order_id: Share(Money(vendor, currency), Money(commission, currency))
        for (order_id, currency), (vendor, commission) in sums.items()
    }
