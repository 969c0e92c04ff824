"""A refund made in Stripe's dashboard of a charge that several orders share: Stripe has one, and
each order the part of it that goes back of that order (decision 19).

The parts are frozen as rows when the refund is first heard of, and move together from then on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tortoise.expressions import Subquery

from shared.core.frozen import frozen
from shared.core.money import Money, step
from shared.finance.payments.models import Payment
from shared.finance.payments.shares import shares
from shared.finance.recovery.models import Claim
from shared.finance.refunds.errors import MoreThanLeft, NoRoomYet
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order


@frozen
class OrderRemainder:
    """What of an order can still go back; minor units.

    `unrefunded`: what no refund speaks for that Stripe was asked for; one that waits for the
    operator gives way. `at_banks`: what disputes hold, or took for good. `opening`: what refunds of
    ours speak for that Stripe has not answered.
    """

    unrefunded: int
    at_banks: int = 0
    opening: int = 0

    @property
    def beside_banks(self) -> int:
        """What is left without what banks have."""
        return max(self.unrefunded - self.at_banks, 0)


def parts_of(
    amount: Money,
    left: Mapping[int, OrderRemainder],
    *,
    named: int | None = None,
) -> dict[int, int]:
    """What each order, by its id, gives back of a refund; whose part is nothing is left out.

    The order that it names goes first, as far as it reaches; the others in proportion to what is
    left of each. Raises NoRoomYet, MoreThanLeft.
    """
    room = _room(amount.amount, left)
    first = {}
    if named is not None:
        first[named] = min(amount.amount, room[named])
    rest = amount.amount - sum(first.values())
    others = {id_: each for id_, each in room.items() if id_ not in first}
    is_short = sum(others.values()) < rest
    # Of these may be more left soon: Stripe refuses what this refund was faster than.
    waited_for: Iterable[OrderRemainder] = ()
    if is_short:
        waited_for = left.values()
    elif rest:
        waited_for = [left[id_] for id_ in first]
    if any(each.opening for each in waited_for):
        raise NoRoomYet
    if is_short:
        most = sum(room.values())
        raise MoreThanLeft(amount, Money(most, amount.currency))
    unit = step(amount.currency)
    parts = first | _in_proportion(rest, others, unit)
    return {id_: parts[id_] for id_ in sorted(parts) if parts[id_]}


def _room(
    amount: int,
    left: Mapping[int, OrderRemainder],
) -> dict[int, int]:
    """How much can go back of each; what banks have only where the rest is not enough: a refund
    that Stripe made before the bank took the money may be heard of later.
    """
    kept = {id_: each.beside_banks for id_, each in left.items()}
    if sum(kept.values()) >= amount:
        return kept
    return {id_: each.unrefunded for id_, each in left.items()}


def _in_proportion(
    amount: int,
    room: Mapping[int, int],
    unit: int,
) -> dict[int, int]:
    """Share by what there is of each, in amounts that can be given back in its currency."""
    if not amount:
        return {}
    amounts = (amount, *room.values())
    if any(each % unit for each in amounts):
        unit = 1
    weights = {id_: each // unit for id_, each in room.items()}
    parts = shares(amount // unit, weights)
    return {id_: part * unit for id_, part in parts.items()}


async def lock_orders(
    tx: Transaction,
    payments: Sequence[Payment],
) -> list[tuple[Order, Payment]]:
    """Lock the orders that share a charge by their ids, then their parts of the payment."""
    ids = [each.order_id for each in payments]
    orders = await tx.lock_all(Order.filter(id__in=ids))
    mine = Payment.filter(id__in=[each.id for each in payments])
    locked = await tx.lock_all(mine)
    of_order = {each.order_id: each for each in locked}
    return [(order, of_order[order.id]) for order in orders]


async def left_of(orders: Sequence[Order]) -> dict[int, OrderRemainder]:
    """What can still go back of each of these orders, which are locked."""
    ids = [order.id for order in orders]
    waiting = await _spoken_for(ids, RefundState.AWAITING_APPROVAL)
    opening = await _spoken_for(ids, RefundState.OPENING)
    return {
        order.id: OrderRemainder(
            order.total_amount_cents - order.refunded_amount + waiting[order.id],
            order.disputed_amount + order.lost_amount,
            opening[order.id],
        )
        for order in orders
    }


async def _spoken_for(
    order_ids: Sequence[int],
    state: RefundState,
) -> Mapping[int, int]:
    """What refunds in a state come to, by order."""
    rows = Refund.filter(
        order_id__in=order_ids,
        status=state,
    )
    sums: dict[int, int] = defaultdict(int)
    found = await rows.values_list("order_id", "amount")
    for order_id, amount in found:
        sums[int(order_id)] += int(amount)
    return sums


async def lock_parts(
    tx: Transaction,
    stripe_refund_id: str,
) -> list[int]:
    """Lock all parts of a refund with what hangs on them: orders, payments, the parts, claims.
    Return the ids of the parts.
    """
    mine = Refund.filter(stripe_refund_id=stripe_refund_id)
    order_ids = Subquery(mine.values("order_id"))
    payment_ids = Subquery(mine.values("payment_id"))
    orders = await tx.lock_all(Order.filter(id__in=order_ids))
    await tx.lock_all(Payment.filter(id__in=payment_ids))
    parts = await tx.lock_all(mine)
    ids = [order.id for order in orders]
    await tx.lock_all(Claim.filter(order_id__in=ids))
    return [part.id for part in parts]


async def parts_with(refund: Refund) -> list[Refund]:
    """A refund, and what other orders have of it."""
    if not refund.is_part:
        return [refund]
    mine = Refund.filter(stripe_refund_id=refund.stripe_refund_id)
    return await mine.order_by("id")
