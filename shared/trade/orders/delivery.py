"""Orders that have arrived: by the vendor's word, or taken for granted some days after they were
sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.core import clock
from shared.infra import unit
from shared.infra.unit import Act, Transaction
from shared.trade.marketplace.queries import marketplace
from shared.trade.marketplace.rules import Marketplace
from shared.trade.orders.errors import CannotDeliver
from shared.trade.orders.models import Order
from shared.trade.orders.order_mails import mails_of
from shared.trade.orders.rules import (
    ORDER_MOVES,
    TAKEN_FOR_GRANTED,
    OrderStatus,
    is_shopper,
)

AT_ONCE = 500


async def mark_as_delivered(
    *,
    vendor_id: int,
    number: str,
    actor: str,
) -> None:
    """The vendor knows that it has arrived.

    Raises NotFound, and CannotDeliver where it was not sent or arrived already.
    """
    async with unit.transaction() as tx:
        order = await tx.lock(Order, vendor_id=vendor_id, number=number)
        if not await _arrived(tx, order, by=actor):
            raise CannotDeliver


async def confirm_receipt(*, order_id: int, by: str) -> None:
    """The shopper has it, which counts for more than what was taken for granted.

    Raises CannotDeliver where it was not sent, or somebody has said so already.
    """
    async with unit.transaction() as tx:
        order = await tx.lock(Order, id=order_id)
        if order.delivered_by == TAKEN_FOR_GRANTED:
            act = Act("order.received", by)
            await tx.change(order, act=act, delivered_by=by)
        elif not await _arrived(tx, order, by=by):
            raise CannotDeliver


def counts_from(shipped_at: datetime, market: Marketplace) -> datetime:
    """From when on what was sent at `shipped_at` counts as delivered, if nobody says so before."""
    return shipped_at + timedelta(days=market.delivered_after_days)


async def take_for_granted() -> int:
    """Orders that were sent long enough ago count as delivered: how many.

    Not those that a bank asks about just now.
    """
    days = (await marketplace()).delivered_after_days
    # While a bank asks, whether it arrived may be the very question.
    due = Order.filter(
        status=OrderStatus.SHIPPED,
        shipped_at__lte=clock.now() - timedelta(days=days),
        disputed_amount=0,
    )
    found = 0
    for order_id in (
        await due.order_by("shipped_at", "id")
        .limit(AT_ONCE)
        .values_list("id", flat=True)
    ):
        async with unit.transaction() as tx:
            order = await tx.lock_first(Order.filter(id=order_id, disputed_amount=0))
            found += order is not None and await _arrived(
                tx, order, by=TAKEN_FOR_GRANTED, after_days=days
            )
    return found


async def _arrived(
    tx: Transaction,
    order: Order,
    *,
    by: str,
    **details: int,
) -> bool:
    """Move a locked order that was sent; False when there is nothing to move."""
    if OrderStatus.DELIVERED not in ORDER_MOVES[OrderStatus(order.status)]:
        return False
    moved = await tx.move(
        order,
        to=OrderStatus.DELIVERED,
        act=Act("order.delivered", by, details),
        delivered_at=clock.now(),
        delivered_by=by,
    )
    if moved and not is_shopper(by):
        await _tell_shopper(tx, order)
    return moved


async def _tell_shopper(tx: Transaction, order: Order) -> None:
    """Whoever has not got it hears so in time to say it."""
    mails = await mails_of(tx, order)
    mails.to_shopper(
        "order_delivered",
        is_assumed=order.delivered_by == TAKEN_FOR_GRANTED,
        is_pickup=order.is_pickup,
    )
