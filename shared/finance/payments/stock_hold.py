"""What a press of Pay does before the card is confirmed, and after it was not: the pieces are set
aside, and let go.

The browser asks (static/js/checkout.js); the guarantee is the job that ends each hold, whatever
becomes of the browser.
"""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.finance.payments import payment_intents, service
from shared.finance.payments.errors import (
    OrderNotPayable,
    PageOutOfDate,
    PaymentAlreadyDecided,
)
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import OPEN_STATES, PaymentState
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.restore_check import money_may_move
from shared.infra.jobs import Context, job
from shared.infra.unit import Transaction
from shared.trade.orders import reservations
from shared.trade.orders.declines import must_not_be_worn, must_take_cards
from shared.trade.orders.events import PiecesHeld
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.number_checks import must_still_hold
from shared.trade.orders.rules import CheckoutStatus, StockState

_ASKED_AGAIN = reservations.BANK_HOLD  # of money that is on its way
_DECIDED = (
    PaymentState.SUCCEEDED,
    PaymentState.PROCESSING,
    PaymentState.PARKED,
    PaymentState.REFUNDED,
)


async def press(
    gateway: Gateway,
    *,
    checkout_id: int,
    intent_id: str,
) -> bool:
    """Make sure that the pieces of an order can be had before its card is confirmed; again and
    again is the same.

    True: they are set aside. False: they are there, but this order holds none (decision 14). Where
    Pay sets them aside, Stripe is read first, so that a decline from before is not taken for one of
    this try. Raises PageOutOfDate, PaymentAlreadyDecided, OrderNotPayable, NumberWithdrawn,
    SellerNumberWithdrawn, SoldOut, TooManyDeclines, CardWorn, StripeUnavailable (StandsStill after
    a restore, for a page that was opened before it): then the card must not be confirmed.
    """
    await money_may_move()
    mine = _paid_with(checkout_id, intent_id)
    found = await mine
    if not found:
        raise PageOutOfDate
    await must_take_cards(checkout_id)
    if any(_may_have_been_declined(order) for order in found):
        await service.confirm_payment(gateway, intent_id)
    async with unit.transaction() as tx:
        checkout = await tx.lock(Checkout, id=checkout_id)
        locked = await tx.lock_all(mine)
        await _must_be_open(checkout, await _state_of(locked, intent_id))
        await must_still_hold(locked)
        await reservations.lock_pieces(locked)
        held = [
            await reservations.at_payment(tx, order, network=checkout.network)
            for order in locked
        ]
        return all(held)


async def _must_be_open(checkout: Checkout, state: PaymentState) -> None:
    """Raise what stands against a payment in this state, in the words of what came first."""
    if state in _DECIDED:
        raise PaymentAlreadyDecided
    if checkout.status != CheckoutStatus.OPEN:
        raise OrderNotPayable
    if state not in OPEN_STATES:
        await must_not_be_worn(checkout.id)
        raise PageOutOfDate


def _may_have_been_declined(order: Order) -> bool:
    waits = order.stock_state == StockState.AT_PAYMENT
    return waits or reservations.is_held_by_pay(order)


async def release(
    gateway: Gateway,
    *,
    checkout_id: int,
    intent_id: str,
) -> None:
    """The card was not confirmed: let go what Pay set aside, unless Stripe says that the payment
    goes on.
    """
    mine = _paid_with(checkout_id, intent_id)
    found = await mine
    if not found:
        raise PageOutOfDate
    if not any(reservations.is_held_by_pay(order) for order in found):
        return
    await service.confirm_payment(gateway, intent_id)
    async with unit.transaction() as tx:
        await tx.lock(Checkout, id=checkout_id)
        locked = await tx.lock_all(mine)
        state = await _state_of(locked, intent_id)
        if state in (PaymentState.PENDING, PaymentState.FAILED):
            # A first decline has let it go already.
            await reservations.lock_pieces(locked)
            for order in locked:
                await reservations.let_go(tx, order, wasted=True)


async def on_pieces_held(tx: Transaction, event: PiecesHeld) -> None:
    """End it in time."""
    let_go.at(event.until)(tx, order_id=event.order_id)


@job("payments.let_go")
async def let_go(context: Context, order_id: int) -> None:
    """What Pay set aside has been so for long enough: cancel the intent first and let go after.

    So nobody is charged for what is not set aside. Money on its way keeps it; the next visit makes
    another intent.
    """
    order = await Order.get_or_none(id=order_id)
    if order is None or not await _is_due(order):
        return
    open_payments = Payment.filter(order_id=order.id, status__in=list(OPEN_STATES))
    for payment in await open_payments.order_by("id"):
        await payment_intents.sync_payment(context.gateway, payment)
    await order.refresh_from_db()
    if not await _is_due(order):  # the bank asks the shopper something
        return
    states = {
        await payment_intents.cancel_intent(context.gateway, payment)
        for payment in await open_payments.order_by("id")
    }
    if PaymentState.PROCESSING in states:
        async with unit.transaction() as tx:
            let_go.at(clock.now() + _ASKED_AGAIN)(tx, order_id=order.id)
        return
    async with unit.transaction() as tx:
        await tx.lock(Checkout, id=order.checkout_id)
        locked = await tx.lock_first(Order.filter(id=order.id))
        if (
            locked is None
            or not reservations.is_held_by_pay(locked)
            or locked.held_until is None
        ):
            return
        if locked.held_until > clock.now():  # pressed again, with another intent
            let_go.at(locked.held_until)(tx, order_id=order.id)
            return
        if not await Payment.exists(order_id=order.id, status=PaymentState.PARKED):
            await reservations.let_go(tx, locked, wasted=True)


async def _is_due(order: Order) -> bool:
    """Whether there is something to let go now; what is due later is written down."""
    if not reservations.is_held_by_pay(order) or order.held_until is None:
        return False
    if order.held_until <= clock.now():
        return True
    async with unit.transaction() as tx:
        let_go.at(order.held_until)(tx, order_id=order.id)
    return False


def _paid_with(checkout_id: int, intent_id: str) -> QuerySet[Order]:
    """The orders of a purchase that an intent is for."""
    payments = Payment.filter(
        order__checkout_id=checkout_id,
        stripe_payment_intent_id=intent_id,
    )
    return Order.filter(id__in=Subquery(payments.values("order_id")))


async def _state_of(orders: Sequence[Order], intent_id: str) -> PaymentState:
    """Where the payment of these stands."""
    payment = await Payment.get(
        order_id=orders[0].id,
        stripe_payment_intent_id=intent_id,
    )
    return PaymentState(payment.status)
