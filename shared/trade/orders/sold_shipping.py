"""How an order is sent, as it was sold."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.trade.orders.models import Order
from shared.trade.shipping.rules import DeliveryDays, MethodKind


@frozen
class SoldShipping:
    """The method by its name then, its price beside that of the goods, what of the marketplace's
    commission is of it, and the days after the order that were promised; where it is picked up, if
    it is.
    """

    method: str
    kind: MethodKind
    price: Money
    goods: Money
    commission: Money
    days: DeliveryDays | None
    place: str = ""

    @property
    def is_pickup(self) -> bool:
        """Whether its shopper comes for it."""
        return self.kind is MethodKind.PICKUP


def sold_shipping(order: Order) -> SoldShipping | None:
    """What an order keeps of it; None where its prices include sending."""
    if not order.shipping_method:
        return None
    price = Money(order.shipping_amount, order.currency)
    first, last = order.promised_from_days, order.promised_to_days
    return SoldShipping(
        method=order.shipping_method,
        kind=MethodKind(order.shipping_kind),
        price=price,
        goods=Money(order.total_amount_cents, order.currency) - price,
        commission=Money(order.shipping_commission, order.currency),
        days=None if first is None or last is None else DeliveryDays(first, last),
        place=order.pickup_place,
    )
