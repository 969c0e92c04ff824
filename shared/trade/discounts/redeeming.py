"""Using a code: set aside with a purchase, counted under the lock, given back if nobody pays.

Called by orders inside their transactions; the rows of codes are locked after those of products.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tortoise.expressions import F

from shared.core import clock
from shared.infra.database.batch import touched
from shared.infra.database.columns import numbers_in
from shared.infra.unit import Transaction
from shared.trade.discounts.models import DiscountCode, Redemption
from shared.trade.discounts.queries import (
    NO_CODE,
    CodeUser,
    FoundCode,
    candidates,
    found_in,
)
from shared.trade.discounts.rules import RedemptionState, Reduction


async def lock_code(
    tx: Transaction,
    code: str,
    vendor_ids: Collection[int],
    user: CodeUser,
    *,
    besides: int | None = None,
) -> FoundCode:
    """Find what a code stands for, locked, so that nobody else counts a use meanwhile.

    `besides`: the purchase that this one replaces, whose use is free again. Raises UnknownCode,
    CodeWithoutGoods.
    """
    if not code:
        return NO_CODE
    rows = await tx.lock_all(candidates(code, vendor_ids))
    return await found_in(code, rows, user, besides=besides)


def reserve(
    tx: Transaction,
    found: Sequence[Reduction],
    checkout_id: int,
    user: CodeUser,
) -> None:
    """Count a use of each discount that takes something off a purchase; its code is locked."""
    used = [reduction for reduction in found if reduction.total]
    ids = sorted({reduction.discount_id for reduction in used})
    for discount_id in ids:
        mine = [one for one in used if one.discount_id == discount_id]
        row = Redemption(
            discount_id=discount_id,
            checkout_id=checkout_id,
            customer_id=user.customer_id,
            shopper_digest=user.digest,
            amount=sum(one.total for one in mine),
            currency=mine[0].currency,
        )
        tx.add(row)
    _count(tx, ids)


async def release(tx: Transaction, checkout_id: int) -> None:
    """Give back what a locked purchase has set aside: it was cancelled, or nobody paid."""
    mine = Redemption.filter(
        checkout_id=checkout_id,
        status=RedemptionState.RESERVED,
    )
    ids = await numbers_in(mine, "discount_id")
    if ids and await tx.move_all(mine, to=RedemptionState.RELEASED):
        for discount_id in sorted(ids):
            given_back = DiscountCode.filter(id=discount_id)
            await given_back.update(
                uses=F("uses") - 1,
                updated_at=clock.now(),
            )


async def settle(tx: Transaction, checkout_id: int) -> None:
    """The money of a locked purchase has come: its uses stay.

    Where they had been given back before they count again, be it beyond a limit: what was paid was
    the price with the code.
    """
    mine = Redemption.filter(checkout_id=checkout_id)
    late = mine.filter(status=RedemptionState.RELEASED)
    ids = await numbers_in(late, "discount_id")
    unpaid = mine.exclude(status=RedemptionState.USED)
    await tx.move_all(unpaid, to=RedemptionState.USED)
    _count(tx, ids)


async def rename_user(checkout_id: int, user: CodeUser) -> None:
    """Let the uses of a purchase count for whoever orders it now; their limits were looked at."""
    await Redemption.filter(checkout_id=checkout_id).update(
        customer_id=user.customer_id,
        shopper_digest=user.digest,
        updated_at=clock.now(),
    )


def _count(tx: Transaction, ids: Sequence[int]) -> None:
    """Count a use of these discounts, in the order in which they are locked."""
    for discount_id in sorted(ids):
        tx.later(
            "UPDATE discounts SET uses = uses + 1, updated_at = ? WHERE id = ?",
            clock.now(),
            discount_id,
            rows=touched(DiscountCode, [discount_id]),
        )
