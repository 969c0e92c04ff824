"""A vendor's own program reads its discount codes."""

from __future__ import annotations

from typing import Any

from quart import Blueprint
from quart_schema import document_response, tag

from shared.core.money import Money
from shared.entrypoints.api.models import DiscountList
from shared.entrypoints.web.access import vendor_token
from shared.entrypoints.web.identity import vendor_id
from shared.trade.discounts.queries import discounts_of
from shared.trade.discounts.rules import Discount
from shared.trade.people.scopes import Scope

blueprint = Blueprint("vendor_discounts", __name__, url_prefix="/api/v1/vendor")


@blueprint.get("/discounts")
@vendor_token(Scope.DISCOUNTS_READ)
@tag(["Vendors"])
@document_response(DiscountList)
async def discounts() -> dict[str, Any]:
    """The vendor's own codes, the newest first; the marketplace's are not among them."""
    found = await discounts_of(vendor_id())
    return {"discounts": [_answer(discount) for discount in found]}


def _answer(discount: Discount) -> dict[str, Any]:
    rate, begin, end = discount.percentage, discount.starts_at, discount.ends_at
    return {
        "code": discount.code,
        "kind": discount.kind.value,
        # a rate, not money: a JSON number
        "percentage": float(rate) if rate is not None else None,
        "amount": _amount(discount.amount, discount.currency),
        "least_amount": _amount(discount.least, discount.currency),
        "currency": discount.currency or None,
        "starts_at": begin.isoformat() if begin else None,
        "ends_at": end.isoformat() if end else None,
        "most_uses": discount.most_uses,
        "most_per_shopper": discount.most_per_shopper,
        "uses": discount.uses,
        "is_active": discount.is_active,
    }


def _amount(minor: int, currency: str) -> str | None:
    return str(Money(minor, currency).to_decimal()) if minor else None
