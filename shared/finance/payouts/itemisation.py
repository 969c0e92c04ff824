"""What a payout consists of, down to orders: written in the transaction in which the money leaves
the vendor's balance.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from tortoise.functions import Sum

from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.payouts.allocation import BalanceMovement, allocate
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.payouts.rules import GONE
from shared.infra import unit

_ORDER = re.compile(r"order:(\d+)")


async def movements(vendor_id: int, currency: str) -> list[BalanceMovement]:
    """What came into the vendor's balance or went back, and is in no payout that arrived or may;
    oldest first.
    """
    await unit.flush()
    used = await _used(vendor_id, currency)
    rows = (
        await LedgerEntry.filter(
            vendor_id=vendor_id, currency=currency, account=Account.STRIPE_VENDOR
        )
        .exclude(posting__kind__startswith="payout_")
        .exclude(
            posting__kind__in=["stripe_held", "stripe_released"]
        )  # no sale's, and neither earned nor given back
        .order_by("posting__created_at", "id")
        .values_list("id", "amount", "posting__subject")
    )
    return [
        BalanceMovement(entry_id, amount - used.get(entry_id, 0), _order(subject))
        for entry_id, amount, subject in rows
        if amount != used.get(entry_id, 0)
    ]


async def _used(vendor_id: int, currency: str) -> dict[int, int]:
    gone = [state.value for state in GONE]
    rows = (
        await PayoutItem.filter(payout__vendor_id=vendor_id, payout__currency=currency)
        .exclude(payout__status__in=gone)
        .annotate(total=Sum("amount"))
        .group_by("entry_id")
        .values_list("entry_id", "total")
    )
    return {int(entry_id): int(total) for entry_id, total in rows}


def _order(subject: str) -> int | None:
    found = _ORDER.fullmatch(subject)
    return int(found[1]) if found else None


async def itemise(
    payout: Payout,
    *,
    fee: int,
    first: Collection[int] = (),
) -> None:
    """Write down what this payout consists of: together its amount and its fee.

    The caller holds the vendor's config locked.
    """
    if payout.vendor_id is None or await PayoutItem.exists(payout_id=payout.id):
        return
    free = await movements(payout.vendor_id, payout.currency)
    parts = allocate(payout.amount + fee, free, first=first)
    await PayoutItem.bulk_create(
        [
            PayoutItem(
                payout_id=payout.id,
                entry_id=p.entry_id,
                order_id=p.order_id,
                amount=p.amount,
            )
            for p in parts
        ]
    )
