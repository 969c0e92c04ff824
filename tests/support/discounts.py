"""Discount codes, for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.trade.discounts.models import DiscountCode

TENTH: dict[str, Any] = {"kind": "percent", "percentage": Decimal("10.00")}
FIVER: dict[str, Any] = {"kind": "amount", "amount": 500, "currency": "EUR"}
FREE_SHIPPING: dict[str, Any] = {"kind": "shipping"}


async def make_discount(
    vendor_id: int | None = None,
    code: str = "WELCOME10",
    **values: Any,
) -> DiscountCode:
    """A code that takes off a tenth, unless `values` say otherwise; without a vendor the
    marketplace's.
    """
    given = values if "kind" in values else {**TENTH, **values}
    return await DiscountCode.create(vendor_id=vendor_id, code=code, **given)
