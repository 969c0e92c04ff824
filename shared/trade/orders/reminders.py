"""Orders that wait to be sent for long: their vendors are reminded, and later their shoppers told
that they may cancel.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.core import clock
from shared.infra import unit
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order
from shared.trade.orders.order_lists import FILTERS

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
            _remind_vendor(tx, order)
        for order in very_late:
            _tell_shopper(tx, order)
    return len(late) + len(very_late)


async def _waiting(since: timedelta) -> Sequence[Order]:
    due = clock.now() - since
    waiting = Order.filter(
        FILTERS["to_ship"], paid_at__lte=due, paid_at__gt=due - MADE_UP_FOR
    )
    oldest = waiting.order_by("paid_at").limit(AT_ONCE)
    return await oldest.select_related("checkout", "vendor")


def _remind_vendor(tx: Transaction, order: Order) -> None:
    mail.post(
        tx,
        "order_waits",
        to=order.vendor.business_email,
        unique_key=f"order_waits:{order.id}",
        order_id=order.id,
        context={
            "number": order.number,
            "vendor_name": order.vendor.name,
            "is_pickup": order.is_pickup,
            "paid_at": order.paid_at,
        },
    )


def _tell_shopper(tx: Transaction, order: Order) -> None:
    checkout = order.checkout
    mail.post(
        tx,
        "order_late",
        to=checkout.email,
        unique_key=f"order_late:{order.id}",
        order_id=order.id,
        language=checkout.language,
        context={
            "number": order.number,
            "full_name": checkout.full_name,
            "vendor_name": order.vendor.name,
            "is_pickup": order.is_pickup,
        },
    )
