"""Reading what orders say went back or was taken by banks, beside what their refunds and disputes come to."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from tortoise.expressions import Q
from tortoise.functions import Sum

from shared.finance.disputes.models import Dispute
from shared.finance.disputes.money import held_by
from shared.finance.disputes.rules import Held
from shared.finance.reconciliation.facts import OrderRow
from shared.finance.reconciliation.ours import chunks
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import COUNTING, RefundState
from shared.trade.orders.models import Order


async def order_sums(since: datetime | None) -> tuple[OrderRow, ...]:
    """Orders of which something was refunded or taken by a bank, by their own word or by their refunds' and disputes'."""
    counted = await _refunded([state.value for state in COUNTING])
    arrived = await _refunded([RefundState.SUCCEEDED.value])
    held: dict[int, Held] = defaultdict(Held)
    for dispute in await Dispute.all():
        held[dispute.order_id] += held_by(dispute)
    says = Q(refunded_amount__gt=0) | Q(disputed_amount__gt=0) | Q(lost_amount__gt=0)
    rows = {o.id: o for o in await Order.filter(says)}
    for chunk in chunks(order_id for order_id in {*counted, *held} if order_id not in rows):
        rows |= {o.id: o for o in await Order.filter(id__in=chunk)}
    found = []
    for order_id, order in sorted(rows.items()):
        row = _order(order, counted[order_id], arrived[order_id], held[order_id])
        if since is None or order.updated_at >= since or row.is_wrong:
            found.append(row)
    return tuple(found)


async def _refunded(states: list[str]) -> dict[int, int]:
    """What the refunds of these states come to, by order."""
    query = Refund.filter(status__in=states).annotate(total=Sum("amount"))
    sums = await query.group_by("order_id").values_list("order_id", "total")
    return defaultdict(int, {int(order_id): int(total) for order_id, total in sums})


def _order(order: Order, counted: int, arrived: int, held: Held) -> OrderRow:
    others = {
        "has arrived at the shopper": (order.returned_amount, arrived),
        "is held by banks": (order.disputed_amount, held.disputed),
        "was taken by banks": (order.lost_amount, held.lost),
    }
    return OrderRow(order.id, order.number, order.vendor_id, order.currency, order.refunded_amount, counted, others)
