"""Sending an order, or keeping its goods because its money is gone.

One transaction per use case; no HTTP in here.
"""

from __future__ import annotations

from shared.core import clock
from shared.infra import unit
from shared.infra.unit import Act, Transaction
from shared.trade.orders.carriers import tracking_link
from shared.trade.orders.errors import (
    CannotShip,
    Contested,
    GoesBack,
    MoneyGone,
    NothingToKeep,
    PiecesMissing,
)
from shared.trade.orders.models import Order
from shared.trade.orders.order_mails import mails_of
from shared.trade.orders.queries import money_of
from shared.trade.orders.remaining_money import MoneyState, Shipping, shipping
from shared.trade.orders.restocking import put_all_in_stock, set_aside
from shared.trade.orders.rules import OrderStatus, PaymentStatus


async def mark_as_shipped(
    *,
    vendor_id: int,
    number: str,
    carrier: str,
    tracking: str,
    actor: str,
    all_the_same: bool = False,
) -> None:
    """The vendor sent it, or has it ready where it is picked up.

    The shopper gets a mail. Raises NotFound, CannotShip (not paid, or sent already) and MoneyGone.

    Where all of it is being refunded, a bank holds the money, or a piece was sold from under it,
    somebody has to say that it is sent `all_the_same`: else GoesBack, Contested, PiecesMissing.
    """
    async with unit.transaction() as tx:
        order = await tx.lock(Order, vendor_id=vendor_id, number=number)
        although = _doubt(order, all_the_same=all_the_same)
        short = await set_aside(order)
        if short and not all_the_same:
            raise PiecesMissing(short)
        if short and not although:
            although = "pieces missing"
        act = Act("order.shipped", actor, {"although": although} if although else {})
        if order.is_pickup:  # nothing travels
            carrier = tracking = ""
        await _send(tx, order, carrier, tracking, act)
        if order.is_pickup:
            await _mail_ready(tx, order)
        else:
            await _mail_shopper(tx, order, carrier, tracking)


def _doubt(order: Order, *, all_the_same: bool) -> str:
    """What speaks against sending an order, in a word for the audit trail; raised unless that is
    meant, or can never be.
    """
    money = money_of(order)
    match shipping(OrderStatus(order.status), money):
        case Shipping.CLOSED:
            raise CannotShip
        case Shipping.GONE:
            raise MoneyGone
        case Shipping.READY:
            return ""
    is_disputed = money.state is MoneyState.DISPUTED
    if not all_the_same:
        raise (
            Contested(param="all_the_same")
            if is_disputed
            else GoesBack(param="all_the_same")
        )
    return "disputed" if is_disputed else "refunded"


async def _send(
    tx: Transaction,
    order: Order,
    carrier: str,
    tracking: str,
    act: Act,
) -> None:
    """Move it, as long as it is what was looked at: nothing went back and no bank took anything
    meanwhile.
    """
    looked_at = {
        "status": OrderStatus.PROCESSING,
        "payment_status": PaymentStatus.PAID,
        "refunded_amount": order.refunded_amount,
        "disputed_amount": order.disputed_amount,
        "lost_amount": order.lost_amount,
    }
    moved = await tx.move(
        order,
        to=OrderStatus.SHIPPED,
        where=looked_at,
        act=act,
        shipped_at=clock.now(),
        tracking_carrier=carrier,
        tracking_number=tracking,
    )
    if not moved:
        raise CannotShip


async def _mail_shopper(
    tx: Transaction,
    order: Order,
    carrier: str,
    tracking: str,
) -> None:
    mails = await mails_of(tx, order)
    mails.to_shopper(
        "order_shipped",
        carrier=carrier,
        tracking=tracking,
        link=tracking_link(carrier, tracking),
    )


async def _mail_ready(tx: Transaction, order: Order) -> None:
    """Where what is picked up waits: in the vendor's town, unless it said more."""
    mails = await mails_of(tx, order)
    mails.to_shopper(
        "order_ready",
        place=order.pickup_place or mails.vendor.city,
    )


async def keep_goods(
    *,
    vendor_id: int,
    number: str,
    actor: str,
) -> int:
    """Put what was not sent of an order whose money is gone back into stock, each piece once: how
    many pieces.

    Raises NotFound, and NothingToKeep where the order was sent, is still to be sent, or all of it
    stands there already.
    """
    async with unit.transaction() as tx:
        order = await tx.lock(Order, vendor_id=vendor_id, number=number)
        is_over = shipping(OrderStatus(order.status), money_of(order)) is Shipping.GONE
        pieces = await put_all_in_stock(order) if is_over else 0
        if not pieces:
            raise NothingToKeep
        tx.note(Act("order.goods_kept", actor, {"pieces": pieces}), order)
        return pieces
