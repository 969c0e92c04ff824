"""Reading what orders say went back or was taken, beside what refunds and disputes come to."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from tortoise.expressions import Q
from tortoise.functions import Sum

from shared.finance.disputes.dispute_postings import withheld_by
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import Withheld
from shared.finance.reconciliation.records import OrderRecord
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import COUNTING, RefundState
from shared.infra.database.chunks import chunks
from shared.trade.orders.models import Order


async def orders(since: datetime | None) -> tuple[OrderRecord, ...]:
    """Read the orders of which something was refunded or taken, as they or their rows say.

    Those that did not change in the window are left out, unless a sum is wrong.
    """
    counted = await _refunded([state.value for state in COUNTING])
    arrived = await _refunded([RefundState.SUCCEEDED.value])
    held: dict[int, Withheld] = defaultdict(Withheld)
    for dispute in await Dispute.all():
        held[dispute.order_id] += withheld_by(dispute)
    rows = await _rows({*counted, *held})
    records = []
    for id_ in sorted(rows):
        record = _record(
            rows[id_],
            counted[id_],
            arrived[id_],
            held[id_],
        )
        if since is None or rows[id_].updated_at >= since or record.is_wrong:
            records.append(record)
    return tuple(records)


async def _refunded(states: list[str]) -> dict[int, int]:
    """Read what the refunds of these states come to, by order."""
    query = Refund.filter(status__in=states).annotate(total=Sum("amount"))
    sums = await query.group_by("order_id").values_list("order_id", "total")
    return defaultdict(
        int,
        {int(order_id): int(total) for order_id, total in sums},
    )


async def _rows(with_rows: set[int]) -> dict[int, Order]:
    """Read the orders that say something, and those that have refunds or disputes."""
    says = Q(refunded_amount__gt=0) | Q(disputed_amount__gt=0) | Q(lost_amount__gt=0)
    rows = {order.id: order for order in await Order.filter(says)}
    for chunk in chunks(id_ for id_ in with_rows if id_ not in rows):
        rows |= {order.id: order for order in await Order.filter(id__in=chunk)}
    return rows


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
