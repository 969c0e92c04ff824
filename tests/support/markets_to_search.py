"""A market of things to be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.factories import make_product, make_ready_vendor

if TYPE_CHECKING:
    from shared.trade.vendors.models import Vendor


async def a_market() -> Vendor:
    """Two shops with things of many kinds, some sold out, some with the same price."""
    bags = await make_ready_vendor(name="Sac Nord", tagline="Taschen aus Leder")
    cups = await make_ready_vendor(name="Cup & Co")
    for number in range(7):
        sold = {"stock": 3, "reserved": 3} if number % 3 == 0 else {}
        await make_product(
            bags,
            name=f"Ledertasche {number}",
            category="Bags",
            price_amount=100 + number // 2,
            **sold,
        )
        await make_product(
            cups,
            name=f"Cup {number}",
            description="Goes into every Tasche." if number < 4 else "",
            category="Cups",
            price_amount=100 + number,
            **sold,
        )
    return bags
