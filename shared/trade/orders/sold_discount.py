"""What a discount code took off an order, as it was sold."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.trade.orders.models import Order


@frozen
class SoldDiscount:
    """The code, and what it took off the goods and off sending; how much of both the marketplace
    bears.
    """

    code: str
    goods: Money
    shipping: Money
    by_marketplace: Money

    @property
    def goods_off(self) -> Money:
        """What stands among the sums of an order: below zero."""
        return Money(-self.goods.amount, self.goods.currency)


def sold_discount(order: Order) -> SoldDiscount | None:
    """What an order keeps of it; None where all was paid."""
    if not order.discount_amount and not order.shipping_discount:
        return None
    return SoldDiscount(
        code=order.discount_code,
        goods=Money(order.discount_amount, order.currency),
        shipping=Money(order.shipping_discount, order.currency),
        by_marketplace=Money(order.marketplace_discount, order.currency),
    )
