"""Orders that have arrived: by the vendor's word, or taken for granted some days after they were
sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from shared.core import clock
from shared.infra import unit
from shared.infra.database.reading import ids_by_moment
from shared.infra.unit import Act, Transaction
from shared.trade.marketplace.queries import marketplace
from shared.trade.marketplace.rules import Marketplace
from shared.trade.orders.errors import CannotDeliver
from shared.trade.orders.models import Order
from shared.trade.orders.order_mails import OrderMails, mails_of, mails_of_all
from shared.trade.orders.rules import (
    ORDER_MOVES,
    TAKEN_FOR_GRANTED,
    OrderStatus,
    is_shopper,
)

AT_ONCE = 25  # in one transaction, which holds them locked


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
    due = _on_the_way().filter(shipped_at__lte=clock.now() - timedelta(days=days))
    found = 0
    async for ids in ids_by_moment(due, "shipped_at", at_once=AT_ONCE):
        found += await _taken_for_granted(ids, days)
    return found


def _on_the_way() -> QuerySet[Order]:
    # While a bank asks, whether it arrived may be the very question.
    return Order.filter(status=OrderStatus.SHIPPED, disputed_amount=0)


async def _taken_for_granted(ids: Sequence[int], days: int) -> int:
    found = 0
    async with unit.transaction() as tx:
        orders = await tx.lock_all(_on_the_way().filter(id__in=ids))
        for mails in await mails_of_all(tx, orders):
            if await _move(tx, mails.order, by=TAKEN_FOR_GRANTED, after_days=days):
                _tell_shopper(mails)
                found += 1
            await asyncio.sleep(0)  # whoever else waits for this process
    return found


async def _arrived(
    tx: Transaction,
    order: Order,
    *,
    by: str,
) -> bool:
    """Move a locked order that was sent; False when there is nothing to move."""
    moved = await _move(tx, order, by=by)
    if moved and not is_shopper(by):
        _tell_shopper(await mails_of(tx, order))
    return moved


async def _move(
    tx: Transaction,
    order: Order,
    *,
    by: str,
    **details: int,
) -> bool:
    if OrderStatus.DELIVERED not in ORDER_MOVES[OrderStatus(order.status)]:
        return False
    return await tx.move(
        order,
        to=OrderStatus.DELIVERED,
        act=Act("order.delivered", by, details),
        delivered_at=clock.now(),
        delivered_by=by,
    )


def _tell_shopper(mails: OrderMails) -> None:
    """Whoever has not got it hears so in time to say it."""
    mails.to_shopper(
        "order_delivered",
        is_assumed=mails.order.delivered_by == TAKEN_FOR_GRANTED,
        is_pickup=mails.order.is_pickup,
    )
