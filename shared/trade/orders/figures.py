"""A vendor's figures for its first page, and what a purchase comes to."""

from __future__ import annotations

from datetime import timedelta

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.infra.database.several import Found, Part, read
from shared.trade.orders import statements
from shared.trade.orders.models import Checkout

LATELY = timedelta(days=30)


@frozen
class OrdersSummary:
    """What a vendor wants to know first; of more than a thousand nobody counts how many."""

    orders: int
    to_ship: int
    unpaid: int
    count_last_30_days: int
    paid_last_30_days: Money


def figures_of(vendor_id: int) -> tuple[Part, Part]:
    """What `summary_in` has to be read with."""
    since = clock.now() - LATELY
    figures = statements.FIGURES(
        vendor_id,
        vendor_id,
        vendor_id,
    )
    return figures, statements.PAID_SINCE(vendor_id, since)


def summary_in(found: Found, currency: str) -> OrdersSummary:
    """The vendor's figures for its home page; the sum is of `currency` alone, without what is gone
    for good.
    """
    (figures,) = found.records(statements.FIGURES)
    paid = {row["currency"]: row for row in found.records(statements.PAID_SINCE)}
    mine = paid.get(
        currency,
        {"orders": 0, "total": 0},
    )
    return OrdersSummary(
        orders=int(figures["orders"]),
        to_ship=int(figures["to_ship"]),
        unpaid=int(figures["unpaid"]),
        count_last_30_days=int(mine["orders"]),
        paid_last_30_days=Money(int(mine["total"]), currency),
    )


async def orders_summary(vendor_id: int, currency: str) -> OrdersSummary:
    """The same, read by itself."""
    return summary_in(
        await read(*figures_of(vendor_id)),
        currency,
    )


async def purchase_total(checkout_id: int) -> Money:
    """What all orders of a purchase come to."""
    checkout = await Checkout.get(id=checkout_id)
    return Money(checkout.total_amount, checkout.currency)
