"""Discount codes of a marketplace in which every cent is counted: vendors' and its own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from shared.core.ids import digest
from shared.trade.baskets.models import Basket
from shared.trade.discounts.rules import DiscountKind
from shared.trade.discounts.service import DiscountOwner, DiscountValues, add_discount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.market import Shop

VENDORS = ("TENTH", "FREEWAY", "GIFT")
MARKETPLACES = ("THIRD", "SEVEN", "NOTHING", "SENT")
CODES = (*VENDORS, *MARKETPLACES)


async def offer_codes(shops: Sequence[Shop]) -> None:
    """A tenth or all off at the first shop, free sending at the second; a third, seven euros or
    all off, or free sending, by the marketplace.
    """
    first, second = (DiscountOwner(shop.vendor_id, "test") for shop in shops[:2])
    market = DiscountOwner(None, "test")
    tenth = DiscountValues(kind=DiscountKind.PERCENT, percentage=Decimal(10))
    third = DiscountValues(kind=DiscountKind.PERCENT, percentage=Decimal("33.33"))
    whole = DiscountValues(kind=DiscountKind.PERCENT, percentage=Decimal(100))
    seven = DiscountValues(kind=DiscountKind.AMOUNT, amount=700, currency="EUR")
    free = DiscountValues(kind=DiscountKind.SHIPPING)
    await add_discount(first, "TENTH", tenth)
    await add_discount(first, "GIFT", whole)
    await add_discount(second, "FREEWAY", free)
    await add_discount(market, "THIRD", third)
    await add_discount(market, "SEVEN", seven)
    await add_discount(market, "NOTHING", whole)
    await add_discount(market, "SENT", free)


async def take_code(basket: str, code: str) -> None:
    """Let a basket have a code, as if it had been typed in."""
    if code:
        mine = Basket.filter(token_digest=digest(basket))
        await mine.update(discount_code=code)
