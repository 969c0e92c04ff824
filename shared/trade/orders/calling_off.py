"""Cancelling a paid order before it is sent, for its shopper; the refund is made by who calls."""

from __future__ import annotations

from shared.core.money import Money
from shared.infra.mail import service as mail
from shared.infra.unit import Act, Transaction
from shared.trade.orders.errors import CannotCallOff
from shared.trade.orders.models import Order
from shared.trade.orders.queries import money_of
from shared.trade.orders.remaining_money import MoneyState
from shared.trade.orders.rules import OrderStatus, PaymentStatus

BY_SHOPPER = "shopper"


async def call_off(tx: Transaction, order: Order, *, by: str) -> None:
    """Cancel a locked order; from now on nobody can send it. Both sides get a mail.

    Raises CannotCallOff where it was sent meanwhile, or something of its money was moved.
    """
    if money_of(order).state is not MoneyState.PAID:
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
    await _tell_both(tx, order)


async def _tell_both(tx: Transaction, order: Order) -> None:
    checkout, vendor = await order.checkout, await order.vendor
    told = {
        "number": order.number,
        "vendor_name": vendor.name,
        "full_name": checkout.full_name,
        "total": Money(order.total_amount_cents, order.currency),
    }
    mail.post(
        tx,
        "order_called_off",
        to=checkout.email,
        unique_key=f"order_called_off:{order.id}",
        order_id=order.id,
        language=checkout.language,
        context=told,
    )
    mail.post(
        tx,
        "order_not_to_send",
        to=vendor.business_email,
        unique_key=f"order_not_to_send:{order.id}",
        order_id=order.id,
        context=told,
    )
