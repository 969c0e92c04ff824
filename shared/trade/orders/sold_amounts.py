"""What an order was sold for: the amounts frozen with it, as the rules take them."""

from __future__ import annotations

from shared.trade.commission.liability import SoldAmounts
from shared.trade.orders.models import Order


def sold_of(order: Order) -> SoldAmounts:
    """The order's money as it was placed."""
    return SoldAmounts(
        order.total_amount_cents,
        order.platform_fee_amount,
        order.marketplace_discount,
        order.shipping_amount,
    )
