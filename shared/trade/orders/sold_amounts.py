"""What an order was sold for: the amounts frozen with it, as the rules take them."""

from __future__ import annotations

from shared.core.money import Money
from shared.trade.commission.liability import SoldAmounts
from shared.trade.orders.models import Order


def sold_of(order: Order) -> SoldAmounts:
    """The order's money as it was placed."""
    return SoldAmounts(
        order.total_amount_cents,
        order.platform_fee_amount,
        order.marketplace_discount,
    )


def discount_of(order: Order) -> Money:
    """What a code took off goods and sending, whoever bears it."""
    off = order.discount_amount + order.shipping_discount
    return Money(off, order.currency)


def marketplace_pays(order: Order) -> Money:
    """What of that the marketplace bears."""
    return Money(order.marketplace_discount, order.currency)
