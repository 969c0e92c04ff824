"""A shopper who has bought, and the page of what is known of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.core import clock
from shared.trade.orders.models import Checkout, Order
from shared.trade.people.models import Customer
from tests.support.factories import make_order

DATA = "/shop/account/data"


YES = {"sure": "y", "present": "a-long-password"}


DAY = timedelta(days=1)


async def bought(**values: Any) -> Order:
    """A delivered order of the one who is signed in, three weeks old."""
    me, then = await Customer.get(email="ada@example.test"), clock.now() - 21 * DAY
    given: dict[str, Any] = {
        "status": "delivered",
        "payment_status": "paid",
        "stock_state": "taken",
        "paid_at": then,
        "shipped_at": then,
        "delivered_at": then,
        "customer_id": me.id,
    }
    order = await make_order(**{**given, **values})
    mine = Checkout.filter(id=order.checkout_id)
    await mine.update(customer_id=me.id, purchase_ip="2001:db8::7")
    return order
