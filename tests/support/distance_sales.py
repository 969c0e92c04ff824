"""Sales into other countries."""

from __future__ import annotations

from typing import Any

from shared.core import clock
from shared.trade.orders.models import Order
from shared.trade.vat.sales.rules import VatPart, stored_parts, vat_inside
from tests.support.factories import make_order


async def sold(vendor: Any, *parts: tuple[int, int], **values: Any) -> Order:
    """A paid order with so much at each rate, sent to another member state."""
    total = sum(gross for _rate, gross in parts)
    kept = [VatPart(rate, gross, vat_inside(gross, rate)) for rate, gross in parts]
    given = {
        "vat_treatment": "oss",
        "total_amount_cents": total,
        "vat_parts": stored_parts(kept),
        "paid_at": clock.now(),
        **values,
    }
    order = await make_order(vendor)
    await Order.filter(id=order.id).update(**given)
    return order
