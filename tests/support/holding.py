"""Orders that hold, and the shelf that they hold from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core import clock
from shared.trade.baskets import service as baskets
from shared.trade.orders.models import Order
from shared.trade.orders.service import place_order
from shared.trade.orders.terms import Acceptance
from tests.support.market import ADA

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from shared.trade.catalogue.models import Product


async def order_from(address: str, product: Product, quantity: int = 1) -> Order:
    """A stranger's order, from a browser of its own at this network address."""
    basket = await baskets.add(None, product_id=product.id, quantity=quantity)
    accepted = Acceptance("2026-11-28", address)
    token = await place_order(
        basket_token=basket,
        contact=ADA,
        customer_id=None,
        hold_minutes=30,
        accepted=accepted,
    )
    return await Order.get(checkout__token=token)


async def shelf(product: Product) -> tuple[int, int]:
    """(stock, reserved)"""
    await product.refresh_from_db()
    return product.stock, product.reserved


def at(moment: datetime) -> AbstractContextManager[None]:
    """Let it be this moment."""
    return clock.use(lambda: moment)
