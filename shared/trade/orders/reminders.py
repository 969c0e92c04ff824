"""Orders that wait to be sent for long: their vendors are reminded, and later their shoppers told
that they may cancel.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

from tortoise.queryset import QuerySet

from shared.core import clock
from shared.infra import unit
from shared.infra.database.columns import texts_in
from shared.infra.database.reading import ids_by_moment
from shared.infra.mail.models import Email
from shared.trade.orders.models import Order
from shared.trade.orders.order_lists import FILTERS
from shared.trade.orders.order_mails import OrderMails

REMIND_VENDOR = timedelta(days=5)
TELL_SHOPPER = timedelta(days=10)
# For so long a mail that is due is made up for, should nobody have looked meanwhile.
MADE_UP_FOR = timedelta(days=3)
AT_ONCE = 25

Write: TypeAlias = Callable[[OrderMails], None]


async def remind() -> int:
    """Write the mails that are due, each once for an order; how many those are."""
    late = await _write_each(REMIND_VENDOR, "order_waits", _remind_vendor)
    return late + await _write_each(TELL_SHOPPER, "order_late", _tell_shopper)


async def _write_each(since: timedelta, kind: str, write: Write) -> int:
    """Write about the orders that have waited so long, but for those with a mail of this kind."""
    due, found = clock.now() - since, 0
    waiting = Order.filter(
        FILTERS["to_ship"], paid_at__lte=due, paid_at__gt=due - MADE_UP_FOR
    )
    async for ids in ids_by_moment(waiting, "paid_at", at_once=AT_ONCE):
        keys = {f"{kind}:{order_id}": order_id for order_id in ids}
        written = await texts_in(Email.filter(unique_key__in=list(keys)), "unique_key")
        left = [keys[key] for key in keys.keys() - set(written)]
        if left:
            await _write_about(waiting.filter(id__in=left), write)
        found += len(left)
    return found


async def _write_about(waiting: QuerySet[Order], write: Write) -> None:
    async with unit.transaction() as tx:
        for order in await waiting.order_by("id").select_related("checkout", "vendor"):
            write(OrderMails(tx, order, order.checkout, order.vendor))
            await asyncio.sleep(0)  # whoever else waits for this process


def _remind_vendor(mails: OrderMails) -> None:
    order = mails.order
    mails.to_vendor("order_waits", is_pickup=order.is_pickup, paid_at=order.paid_at)


def _tell_shopper(mails: OrderMails) -> None:
    mails.to_shopper("order_late", is_pickup=mails.order.is_pickup)
