"""Which shops of a purchase cannot be paid just now."""

from __future__ import annotations

from shared.core.errors import Conflict
from shared.trade.baskets.parts import why_shut
from shared.trade.orders.errors import BasketProblem
from shared.trade.orders.queries import CheckoutView
from shared.trade.vendors.queries import vendors_by_ids


async def who_cannot(found: CheckoutView, problem: Conflict) -> Conflict:
    """The same by the shops' names; in the basket one goes on without them."""
    shops = await vendors_by_ids(found.vendor_ids)
    sentences = [said for said in map(why_shut, shops) if said]
    return BasketProblem(" ".join(sentences)) if sentences else problem
