"""An order about which one writes."""

from __future__ import annotations

from shared.trade.orders.models import Order
from tests.support.factories import make_order, make_product
from tests.support.portal import Portal


async def sold_by(portal: Portal) -> Order:
    """A paid order of the vendor who is signed in."""
    vendor = await portal.vendor()
    product = await make_product(vendor)
    return await make_order(vendor, product, status="processing", payment_status="paid")
