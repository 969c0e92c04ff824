"""Until when an account is still needed. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.core.frozen import frozen
from shared.trade.orders.remaining_money import OrderMoney
from shared.trade.orders.rules import OrderStatus, PaymentStatus

# From the arrival on: within it an order may be withdrawn from.
AFTER_ARRIVAL = timedelta(days=15)
# So long may banks take.
DISPUTES_LAST = timedelta(days=90)


@frozen
class OrderLeft:
    """What matters of one order."""

    number: str
    status: OrderStatus
    money: OrderMoney
    is_asked: bool  # money back is asked for and not answered
    is_disputed: bool  # a bank asks, or has taken money, and has not decided
    shipped_at: datetime | None
    delivered_at: datetime | None


def needed_until(
    order: OrderLeft,
    *,
    now: datetime,
    delivered_after: timedelta,
) -> datetime | None:
    """Until when an order needs its account; None where it is over already."""
    if order.is_disputed:
        return now + DISPUTES_LAST
    if order.money.payment_status is not PaymentStatus.PAID:
        return _unpaid_until(order, now)
    is_moving = order.money.refunded > order.money.returned
    if order.is_asked or is_moving:
        return now + AFTER_ARRIVAL
    if order.money.is_gone:
        return None
    arrival = order.delivered_at
    if arrival is None:
        arrival = (order.shipped_at or now) + delivered_after
    until = max(arrival + AFTER_ARRIVAL, arrival)
    return until if until > now else None


def _unpaid_until(order: OrderLeft, now: datetime) -> datetime | None:
    """What waits for its money ends by itself."""
    waits = order.money.payment_status in (
        PaymentStatus.PENDING,
        PaymentStatus.PROCESSING,
        PaymentStatus.FAILED,
    )
    return now + timedelta(days=1) if waits else None
