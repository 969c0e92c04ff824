"""What an order was sold for: the amounts frozen with it, as the rules take them."""

from __future__ import annotations

from shared.core.frozen import frozen
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


@frozen
class SoldDiscount:
    """What a code took off an order's goods and sending, and what of it the marketplace bears."""

    code: str
    goods: Money
    shipping: Money
    by_marketplace: Money

    @property
    def total(self) -> Money:
        """All that was taken off."""
        return self.goods + self.shipping


def sold_discount(order: Order) -> SoldDiscount | None:
    """What an order keeps of it; None where nothing was taken off."""
    if not order.discount_amount and not order.shipping_discount:
        return None
    return SoldDiscount(
        order.discount_code,
        Money(order.discount_amount, order.currency),
        Money(order.shipping_discount, order.currency),
        Money(order.marketplace_discount, order.currency),
    )


def vendor_share(order: Order) -> Money:
    """What its vendor gets of an order in all."""
    return Money(sold_of(order).vendor_share, order.currency)
