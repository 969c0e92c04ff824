"""What the words of an order's timeline are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from portal.timeline import TimelineEntry
from shared.core.frozen import frozen
from shared.entrypoints.web.filters import money
from shared.finance.disputes.queries import DisputeView
from shared.finance.payments.queries import PaymentView
from shared.finance.payouts.breakdown import OrderPart
from shared.finance.refunds.queries import RefundView
from shared.infra.activity.queries import Happened
from shared.trade.orders.queries import OrderView


@frozen
class OrderFacts:
    """An order, and how what belongs to it stands now.

    A line about the present is only shown while it is true.
    """

    order: OrderView
    payments: Mapping[str, PaymentView]
    refunds: Mapping[str, RefundView]
    disputes: Mapping[str, DisputeView]
    payouts: Mapping[str, OrderPart]


def facts_of(
    order: OrderView,
    payments: Sequence[PaymentView],
    refunds: Sequence[RefundView],
    disputes: Sequence[DisputeView],
    payouts: Sequence[OrderPart],
) -> OrderFacts:
    """The same by the names that the history has for them."""
    return OrderFacts(
        order,
        {f"payment:{row.id}": row for row in payments},
        {f"refund:{row.id}": row for row in refunds},
        {f"dispute:{row.id}": row for row in disputes},
        {row.subject: row for row in payouts},
    )


Entries = Iterator[TimelineEntry]
Words = Mapping[str, Callable[[OrderFacts, Happened], Entries]]


def amount_of(happened: Happened) -> str:
    """The amount of what happened, in words."""
    return money(happened.amount) if happened.amount is not None else ""
