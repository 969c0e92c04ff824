"""The demo's discount codes: one of a shop, which bears it, and one of the marketplace."""

from __future__ import annotations

from decimal import Decimal

from shared.trade.discounts.models import DiscountCode
from shared.trade.discounts.rules import DiscountKind
from shared.trade.discounts.service import (
    DiscountOwner,
    DiscountValues,
    add_discount,
)

OF_SHOP, OF_MARKETPLACE = "WELCOME10", "MARKET5"


async def make(vendor_id: int, actor: str) -> None:
    """Make the codes that are not there yet; `vendor_id`: whose the shop's is."""
    await _make(DiscountOwner(vendor_id, actor), OF_SHOP, Decimal(10))
    await _make(DiscountOwner(None, actor), OF_MARKETPLACE, Decimal(5))


async def _make(
    owner: DiscountOwner,
    code: str,
    percentage: Decimal,
) -> None:
    if await DiscountCode.exists(vendor_id=owner.vendor_id, code=code):
        return
    values = DiscountValues(kind=DiscountKind.PERCENT, percentage=percentage)
    await add_discount(owner, code, values)
