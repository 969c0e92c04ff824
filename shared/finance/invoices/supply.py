"""When what an invoice is about was supplied, as far as it is known as the invoice is issued
(directive 2006/112/EC, article 226, number 7): sent or collected, and before that when it was paid
for, which is a payment on account.

Decision 24 says what was chosen. A day is one of UTC, as the day of issue is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from shared.trade.orders.models import Order
from shared.trade.orders.rules import TAKEN_FOR_GRANTED


class SupplyFact(StrEnum):
    """What the day is of."""

    SENT = "sent"
    COLLECTED = "collected"
    PAID = "paid"


def supply_of(order: Order) -> Mapping[str, str]:
    """What an invoice keeps of it: `fact` and `day`. The order is paid."""
    fact, at = _known(order)
    if at is None:
        return {}
    return {
        "fact": fact.value,
        "day": at.date().isoformat(),
    }


def _known(order: Order) -> tuple[SupplyFact, datetime | None]:
    if not order.is_pickup and order.shipped_at is not None:
        return SupplyFact.SENT, order.shipped_at
    is_said = order.delivered_by != TAKEN_FOR_GRANTED
    if order.is_pickup and order.delivered_at is not None and is_said:
        return SupplyFact.COLLECTED, order.delivered_at
    return SupplyFact.PAID, order.paid_at
