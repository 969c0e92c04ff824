"""What a payout consists of, and which payouts an order's money went into, as pages show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.core.words import word
from shared.finance.ledger.chart import Account
from shared.finance.ledger.queries import sums_of
from shared.finance.payouts.errors import PayoutNotFound
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.payouts.queries import PayoutRow, row_of
from shared.finance.payouts.rules import PayoutState


@frozen
class ItemView:
    """A part of a payout: what it was, and the order that it came from."""

    what: str
    at: datetime
    order_number: str | None
    amount: Money
    is_part: bool  # the rest of this movement is in another payout, or waits


@frozen
class PayoutView:
    """One payout with all that it consists of.

    `rest` is what our ledger does not explain (zero for payouts of ours).

    `kept` is what of its fee did not come back although the payout did.
    """

    payout: PayoutRow
    items: tuple[ItemView, ...]
    rest: Money
    kept: Money


@frozen
class OrderPart:
    """What of an order went into a payout."""

    payout: PayoutRow
    part: Money

    @property
    def subject(self) -> str:
        """How the history names the payout."""
        return f"payout:{self.payout.id}"


def parts_in(
    items: Iterable[PayoutItem],
    payouts: Iterable[Payout],
) -> tuple[OrderPart, ...]:
    """The payouts that an order's money went into, the oldest first; they have their vendor."""
    amounts: dict[int, int] = defaultdict(int)
    for item in items:
        amounts[item.payout_id] += item.amount
    return tuple(
        OrderPart(row_of(row), Money(amounts[row.id], row.currency)) for row in payouts
    )


async def payout_of(payout_id: int, *, vendor_id: int | None = None) -> PayoutView:
    """One payout; of this vendor, where one is named. Raises NotFound."""
    query = Payout.filter(id=payout_id)
    if vendor_id is not None:
        query = query.filter(vendor_id=vendor_id)
    row = await query.select_related("vendor").first()
    if row is None:
        raise PayoutNotFound
    items = await _items(row)
    rest = 0
    if row.vendor_id is not None and row.stripe_payout_id:
        known = sum(item.amount.amount for item in items)
        rest = row.amount + row.fee - known
    return PayoutView(
        row_of(row),
        items,
        Money(rest, row.currency),
        Money(await _kept(row), row.currency),
    )


async def _kept(row: Payout) -> int:
    came_back = row.status in (PayoutState.FAILED, PayoutState.CANCELED)
    if not row.fee or not came_back:
        return 0
    sums = await sums_of(f"payout:{row.id}", ["payout_returned"])
    return int(row.fee) + sums.get(Account.VENDOR_PAYABLE, 0)


async def _items(row: Payout) -> tuple[ItemView, ...]:
    items = PayoutItem.filter(payout_id=row.id).order_by("entry_id")
    rows = await items.select_related("entry__posting", "order")
    return tuple(
        ItemView(
            what=_what(item.entry.posting.kind, item.amount),
            at=item.entry.created_at,
            order_number=item.order.number if item.order else None,
            amount=Money(item.amount, row.currency),
            is_part=item.amount != item.entry.amount,
        )
        for item in rows
    )


def _what(kind: str, amount: int) -> str:
    if kind == "moved" and amount < 0:
        kind = "taken"
    return word("payouts.items", kind)
