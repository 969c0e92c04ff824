"""What a payment's news does to its order.

Called by payments inside its transaction, with the order's row locked.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from shared.core import clock
from shared.core.money import Money
from shared.infra.mail import service as mail
from shared.infra.unit import Act, Transaction
from shared.trade.baskets.codes import take_code_out
from shared.trade.catalogue import stock
from shared.trade.catalogue.errors import SoldOut
from shared.trade.discounts import redeeming
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.purchase_mails import mail_receipt, told_of
from shared.trade.orders.queries import money_of
from shared.trade.orders.restocking import set_aside
from shared.trade.orders.rules import (
    CHECKOUT_MOVES,
    ORDER_MOVES,
    PAYMENT_STATUS_MOVES,
    CheckoutStatus,
    OrderStatus,
    PaymentStatus,
    StockState,
)
from shared.trade.orders.statements import Purchase, empty_basket, purchase_of

log = logging.getLogger("markethall.orders")


async def follow_payment(tx: Transaction, order: Order, status: PaymentStatus) -> bool:
    """Let the order's payment_status follow a payment that is not paid; False when that is no legal
    move (older news).
    """
    current = PaymentStatus(order.payment_status)
    if status not in PAYMENT_STATUS_MOVES[current]:
        return False
    return await tx.move(order, to=status, state="payment_status")


async def mark_paid(tx: Transaction, checkout: Checkout, order: Order) -> bool:
    """The money for this order has arrived: take the stock, move it to processing, complete the
    checkout, write the mails.

    False when it was paid already. An order that holds nothing (it was cancelled meanwhile, or
    nobody pressed our Pay) is sent only if all of it is still in stock; otherwise it is
    cancelled, paid, and loud in the log and the audit trail, for a person to refund.
    """
    current = PaymentStatus(order.payment_status)
    if (
        current is PaymentStatus.REFUNDED
        or PaymentStatus.PAID not in PAYMENT_STATUS_MOVES[current]
    ):
        return False  # what was paid back is not paid again by older news
    purchase = await purchase_of(order)
    deliverable = await _take_stock(tx, order, purchase.items)
    status = OrderStatus(order.status)
    wanted = OrderStatus.PROCESSING if deliverable else OrderStatus.CANCELLED
    if wanted in ORDER_MOVES[status]:
        status = wanted
    moved = await tx.move(
        order,
        to=PaymentStatus.PAID,
        state="payment_status",
        where={"status": order.status},
        act=Act("order.paid", "stripe", {"status": status}),
        status=status,
        stock_state=StockState.TAKEN if deliverable else StockState.RELEASED,
        paid_at=clock.now(),
    )
    if not moved:
        return False
    await _tell_paid(tx, checkout, order, purchase)
    return True


async def _tell_paid(
    tx: Transaction,
    checkout: Checkout,
    order: Order,
    purchase: Purchase,
) -> None:
    """Complete the purchase with its last order, and write the mails."""
    if order.stock_state == StockState.TAKEN:
        _mails(tx, checkout, order, purchase)
    else:
        _tell_undeliverable(tx, order)
    if purchase.others_paid:
        await _complete(tx, checkout, purchase)
        if not purchase.is_alone:
            await mail_receipt(tx, checkout)


def _tell_undeliverable(tx: Transaction, order: Order) -> None:
    log.error(
        "order %s was paid and its pieces are gone; it needs a refund", order.number
    )
    tx.note(Act("order.paid_but_undeliverable", "stripe"), order)


async def follow_refunds(
    tx: Transaction,
    order: Order,
    *,
    everything_back: bool,
) -> bool:
    """All of a paid order's money has gone back, or part of it came back after all; False when that
    is nothing new.
    """
    was, now = PaymentStatus.PAID, PaymentStatus.REFUNDED
    if not everything_back:
        was, now = now, was
    return await tx.move(
        order,
        to=now,
        state="payment_status",
        where={"payment_status": was},
        act=Act("order.refunded" if everything_back else "order.paid_again", "stripe"),
    )


async def count_returned(tx: Transaction, order: Order, amount: int) -> None:
    """So many more minor units of a locked order have arrived at the shopper, or came back; a CHECK
    keeps it below what is refunded.
    """
    known = order.returned_amount
    where = {"returned_amount": known}
    if not await tx.change(order, where=where, returned_amount=known + amount):
        raise RuntimeError(f"order {order.id} was changed under its lock")


async def follow_disputes(
    tx: Transaction,
    order: Order,
    *,
    disputed: int,
    lost: int,
) -> bool:
    """What banks hold of an order, and what they took for good; minor units.

    False when that is nothing new.

    Money that came back makes the order one to be sent again: what of it went back into stock is
    set aside.
    """
    was_gone = money_of(order).is_gone
    if (order.disputed_amount, order.lost_amount) == (disputed, lost):
        return False
    await tx.change(order, disputed_amount=disputed, lost_amount=lost)
    is_gone = money_of(order).is_gone
    if was_gone and not is_gone:
        await set_aside(order)
    if was_gone != is_gone:
        action = "order.money_lost" if is_gone else "order.money_back"
        tx.note(Act(action, "stripe"), order)
    return True


async def _take_stock(tx: Transaction, order: Order, items: stock.Items) -> bool:
    if order.stock_state == StockState.TAKEN:
        return True
    if order.stock_state in (StockState.RELEASED, StockState.AT_PAYMENT):
        try:
            async with tx.savepoint():  # all of it or nothing
                await stock.reserve(items)
        except SoldOut:
            return False
    await stock.take(items)
    return True


async def _complete(tx: Transaction, checkout: Checkout, purchase: Purchase) -> None:
    if CheckoutStatus.COMPLETED in CHECKOUT_MOVES[CheckoutStatus(checkout.status)]:
        await tx.move(checkout, to=CheckoutStatus.COMPLETED)
    if checkout.basket_id is not None:
        empty_basket(tx, checkout, purchase.product_ids)
    if purchase.uses_code:
        await redeeming.settle(tx, checkout.id)
        take_code_out(tx, basket_id=checkout.basket_id)


def _mails(
    tx: Transaction, checkout: Checkout, order: Order, purchase: Purchase
) -> None:
    """To the vendor about its own order; to the shopper too, unless one receipt is about all
    orders of the purchase.
    """
    sold = told_of(order, purchase.vendor_name, purchase.lines, purchase.seller)
    if purchase.is_alone:
        _mail_shopper(tx, checkout, order, sold)
    _mail_vendor(tx, purchase.vendor_email, order, sold)


def _mail_shopper(
    tx: Transaction, checkout: Checkout, order: Order, sold: Mapping[str, Any]
) -> None:
    mail.post(
        tx,
        "order_confirmed",
        to=checkout.email,
        unique_key=f"order_confirmed:{order.id}",
        order_id=order.id,
        language=checkout.language,
        context={**sold, "full_name": checkout.full_name},
    )


def _mail_vendor(
    tx: Transaction, email: str, order: Order, sold: Mapping[str, Any]
) -> None:
    fee = Money(order.platform_fee_amount, order.currency)
    borne = Money(order.marketplace_discount, order.currency)
    mail.post(
        tx,
        "order_sold",
        to=email,
        unique_key=f"order_sold:{order.id}",
        order_id=order.id,
        context={
            **sold,
            "share": sold["total"] - fee + borne,
            "note": order.note,
        },
    )
