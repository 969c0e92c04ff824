"""Closing a checkout that nobody paid: its orders are cancelled, and their stock is free again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.core.ids import digest
from shared.infra import unit
from shared.infra.unit import Act, Transaction
from shared.trade.baskets.models import Basket, BasketLine
from shared.trade.catalogue import stock
from shared.trade.catalogue.models import Product
from shared.trade.discounts import redeeming
from shared.trade.orders.events import CheckoutClosed, CheckoutUnwanted
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.placing_statements import OpenCheckout
from shared.trade.orders.reservations import items_of, lock_pieces
from shared.trade.orders.rules import (
    CheckoutStatus,
    OrderStatus,
    PaymentStatus,
    StockState,
)


async def lock_basket(tx: Transaction, basket_token: str | None) -> Basket | None:
    """Lock the basket, so that two submits of it queue here."""
    if not basket_token:
        return None
    return await tx.lock_first(Basket.filter(token_digest=digest(basket_token)))


async def close_checkout(
    tx: Transaction, checkout: Checkout, status: CheckoutStatus, *, actor: str
) -> bool:
    """Expire or cancel an open checkout inside the caller's transaction: free its stock, cancel its
    unpaid orders.

    False when it was no longer open. Its PaymentIntent is cancelled by a job of its own.
    """
    where = {"status": CheckoutStatus.OPEN}
    if not await tx.move(checkout, to=status, where=where):
        return False
    orders = await tx.lock_all(Order.filter(checkout_id=checkout.id))
    await lock_pieces(orders)
    for order in orders:
        if await _cancel_unpaid(tx, order, actor=actor, reason=status):
            await stock.release(await items_of(order.id))
    await _give_back_code(tx, checkout, orders)
    tx.emit(CheckoutClosed(checkout.id))
    return True


async def make_room(
    tx: Transaction,
    before: OpenCheckout,
    on_shelf: Mapping[int, Product],
    *,
    actor: str,
) -> None:
    """Cancel an open checkout, as `close_checkout` does, for the one that replaces it.

    `on_shelf`: its products, locked.
    """
    status = CheckoutStatus.CANCELLED
    await tx.move(before.checkout, to=status)
    for order in before.orders:
        if await _cancel_unpaid(tx, order, actor=actor, reason=status):
            await stock.release(before.items_of(order), on_shelf)
    await _give_back_code(tx, before.checkout, before.orders)
    tx.emit(CheckoutClosed(before.checkout.id))


async def _give_back_code(
    tx: Transaction,
    checkout: Checkout,
    orders: Sequence[Order],
) -> None:
    if any(order.discount_code for order in orders):
        await redeeming.release(tx, checkout.id)


async def give_up_unwanted(basket_token: str | None) -> None:
    """Something was taken out of the basket: unpaid orders over it are let go soon, by a job that
    asks Stripe first.
    """
    async with unit.transaction() as tx:
        basket = await lock_basket(tx, basket_token)
        if basket is None:
            return
        mine = Checkout.filter(basket_id=basket.id, status=CheckoutStatus.OPEN)
        for checkout in await tx.lock_all(mine):  # one a currency
            if await is_unwanted(checkout):
                tx.emit(CheckoutUnwanted(checkout.id))


async def is_unwanted(checkout: Checkout) -> bool:
    """Whether something that was ordered is not in the basket any more; another quantity of it
    is.
    """
    wanted = await BasketLine.filter(basket_id=checkout.basket_id).values_list(
        "product_id", flat=True
    )
    ordered = await OrderLine.filter(order__checkout_id=checkout.id).values_list(
        "product_id", flat=True
    )
    return not set(ordered) <= set(wanted)


async def _cancel_unpaid(
    tx: Transaction,
    order: Order,
    *,
    actor: str,
    reason: str,
) -> bool:
    """Cancel a locked order unless it is paid; whether what it held is to be let go.

    One that waited for Pay holds nothing.
    """
    before = StockState(order.stock_state)
    may_be_held = before in (StockState.RESERVED, StockState.AT_PAYMENT)
    if not may_be_held or order.payment_status == PaymentStatus.PAID:
        return False
    moved = await tx.move(
        order,
        to=OrderStatus.CANCELLED,
        where={"status": OrderStatus.PENDING, "stock_state": before},
        act=Act("order.cancelled", actor, {"reason": reason}),
        payment_status=PaymentStatus.CANCELLED,
        stock_state=StockState.RELEASED,
    )
    return moved and before is StockState.RESERVED
