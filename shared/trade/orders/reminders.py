"""Orders that wait to be sent for long: their vendors are reminded, and later their shoppers told
that they may cancel.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.core import clock
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order
from shared.trade.orders.order_lists import FILTERS
from shared.trade.orders.order_mails import OrderMails

REMIND_VENDOR = timedelta(days=5)
TELL_SHOPPER = timedelta(days=10)
# For so long a mail that is due is made up for, should nobody have looked meanwhile.
MADE_UP_FOR = timedelta(days=3)
AT_ONCE = 500


async def remind() -> int:
    """Write the mails that are due, each once for an order; how many orders wait that long."""
    late, very_late = await _waiting(REMIND_VENDOR), await _waiting(TELL_SHOPPER)
    if not late and not very_late:
        return 0
    async with unit.transaction() as tx:
        for order in late:
            _mails(tx, order).to_vendor(
                "order_waits",
                is_pickup=order.is_pickup,
                paid_at=order.paid_at,
            )
        for order in very_late:
            _mails(tx, order).to_shopper("order_late", is_pickup=order.is_pickup)
    return len(late) + len(very_late)


async def _waiting(since: timedelta) -> Sequence[Order]:
    due = clock.now() - since
    waiting = Order.filter(
        FILTERS["to_ship"], paid_at__lte=due, paid_at__gt=due - MADE_UP_FOR
    )
    oldest = waiting.order_by("paid_at").limit(AT_ONCE)
    return await oldest.select_related("checkout", "vendor")


def _mails(tx: Transaction, order: Order) -> OrderMails:
    return OrderMails(tx, order, order.checkout, order.vendor)
