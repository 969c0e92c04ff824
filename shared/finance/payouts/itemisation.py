"""What a payout consists of, down to orders: written in the transaction in which the money leaves
the vendor's balance.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from shared.finance.payouts.allocation import BalanceMovement, allocate
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.payouts.statements import free_movements
from shared.infra import unit
from shared.infra.unit import Transaction


async def movements(vendor_id: int, currency: str) -> list[BalanceMovement]:
    """What came into the vendor's balance or went back, and is in no payout that arrived or may;
    oldest first.
    """
    await unit.flush()
    return await free_movements(vendor_id, currency)


def itemise(
    tx: Transaction,
    payout: Payout,
    free: Sequence[BalanceMovement],
    *,
    first: Collection[int] = (),
) -> None:
    """Write down which of the `free` movements this payout consists of: together its amount and its
    fee.

    The caller holds the vendor's config locked, and has read them under that lock.
    """
    for part in allocate(payout.amount + payout.fee, free, first=first):
        item = PayoutItem(
            payout_id=payout.id,
            entry_id=part.entry_id,
            order_id=part.order_id,
            amount=part.amount,
        )
        tx.add(item)
