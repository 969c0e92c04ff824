"""Cancelling a paid order before it is sent, for its shopper; the refund is made by who calls."""

from __future__ import annotations

from shared.core.money import Money
from shared.infra.unit import Act, Transaction
from shared.trade.orders.errors import CannotCallOff
from shared.trade.orders.models import Order
from shared.trade.orders.order_mails import mails_of
from shared.trade.orders.queries import money_of
from shared.trade.orders.remaining_money import OrderMoney
from shared.trade.orders.rules import OrderStatus, PaymentStatus

BY_SHOPPER = "shopper"


async def call_off(tx: Transaction, order: Order, *, by: str) -> None:
    """Cancel a locked order; from now on nobody can send it. Both sides get a mail.

    Raises CannotCallOff where it was sent meanwhile, or something of its money is on its way.
    """
    money = money_of(order)
    if not money.may_be_called_off:
        raise CannotCallOff
    moved = await tx.move(
        order,
        to=OrderStatus.CANCELLED,
        where={
            "status": OrderStatus.PROCESSING,
            "payment_status": PaymentStatus.PAID,
        },
        act=Act("order.cancelled", by, {"reason": BY_SHOPPER}),
    )
    if not moved:
        raise CannotCallOff
    await _tell_both(tx, order, money)


async def _tell_both(
    tx: Transaction,
    order: Order,
    money: OrderMoney,
) -> None:
    mails = await mails_of(tx, order)
    left = Money(money.left, order.currency)
    is_rest = money.left < money.total
    mails.to_shopper("order_called_off", left=left, is_rest=is_rest)
    mails.to_vendor("order_not_to_send", left=left)
