"""Reading what orders say went back or was taken, beside what refunds and disputes come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from tortoise.expressions import Q
from tortoise.functions import Sum

from shared.finance.disputes.dispute_postings import withheld_by
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import Withheld
from shared.finance.reconciliation.records import OrderRecord
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import COUNTING, RefundState
from shared.infra.database.chunks import chunks
from shared.infra.database.reading import in_pieces
from shared.trade.orders.models import Order

_SAYS = Q(refunded_amount__gt=0) | Q(disputed_amount__gt=0) | Q(lost_amount__gt=0)
_SAYS_NOTHING = {
    "order__refunded_amount": 0,
    "order__disputed_amount": 0,
    "order__lost_amount": 0,
}


async def wrong_orders() -> tuple[OrderRecord, ...]:
    """Read the orders that say another sum than their refunds and disputes come to."""
    wrong: dict[int, OrderRecord] = {}
    async for rows in in_pieces(Order.filter(_SAYS), ()):
        wrong |= await _wrong_of(row[0] for row in rows)
    refunds = Refund.filter(**_SAYS_NOTHING)
    async for rows in in_pieces(refunds, ("order_id", "status")):
        counting = [row for row in rows if row[2] in COUNTING]
        wrong |= await _wrong_of(row[1] for row in counting)
    async for rows in in_pieces(Dispute.filter(**_SAYS_NOTHING), ("order_id",)):
        wrong |= await _wrong_of(row[1] for row in rows)
    return tuple(wrong[id_] for id_ in sorted(wrong))


async def _wrong_of(ids: Iterable[int]) -> dict[int, OrderRecord]:
    """Read those of these orders of which a sum is wrong."""
    wrong: dict[int, OrderRecord] = {}
    for some in chunks(ids):
        counted = await _refunded(some, [state.value for state in COUNTING])
        arrived = await _refunded(some, [RefundState.SUCCEEDED.value])
        held: dict[int, Withheld] = defaultdict(Withheld)
        for dispute in await Dispute.filter(order_id__in=some):
            held[dispute.order_id] += withheld_by(dispute)
        for order in await Order.filter(id__in=some):
            sums = counted[order.id], arrived[order.id], held[order.id]
            record = _record(order, *sums)
            if record.is_wrong:
                wrong[order.id] = record
    return wrong


async def _refunded(
    orders: list[int],
    states: list[str],
) -> dict[int, int]:
    """Read what the refunds of these states come to, by order."""
    refunds = Refund.filter(order_id__in=orders, status__in=states)
    query = refunds.annotate(total=Sum("amount"))
    sums = await query.group_by("order_id").values_list("order_id", "total")
    return defaultdict(
        int,
        {int(order_id): int(total) for order_id, total in sums},
    )


def _record(
    order: Order,
    counted: int,
    arrived: int,
    held: Withheld,
) -> OrderRecord:
    others = {
        "has arrived at the shopper": (order.returned_amount, arrived),
        "is held by banks": (order.disputed_amount, held.disputed),
        "was taken by banks": (order.lost_amount, held.lost),
    }
    return OrderRecord(
        id=order.id,
        number=order.number,
        vendor_id=order.vendor_id,
        currency=order.currency,
        refunded=order.refunded_amount,
        counted=counted,
        others=others,
    )
