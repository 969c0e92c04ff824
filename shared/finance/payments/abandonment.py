"""An unpaid order whose things its shopper took out of the basket is let go, unless its payment is
under way.
"""

from __future__ import annotations

from shared.finance.payments import payment_intents
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import OPEN_STATES, PaymentState
from shared.infra import unit
from shared.infra.jobs import Context, job
from shared.infra.unit import Transaction
from shared.trade.baskets.models import Basket
from shared.trade.orders.cancellation import close_checkout, is_unwanted
from shared.trade.orders.events import CheckoutUnwanted
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import CheckoutStatus, PaymentStatus

_UNDER_WAY = frozenset({PaymentState.REQUIRES_ACTION, PaymentState.PROCESSING})


async def on_unwanted(tx: Transaction, event: CheckoutUnwanted) -> None:
    """Let its order go soon."""
    give_up(tx, checkout_id=event.checkout_id)


@job("payments.give_up")
async def give_up(context: Context, checkout_id: int) -> None:
    """Cancel the intents first and free the stock after, as when the time has run out.

    Nothing happens where the bank has been asked already, or the things are in the basket again:
    then time decides.
    """
    checkout = await Checkout.get_or_none(id=checkout_id, status=CheckoutStatus.OPEN)
    if checkout is None or not await is_unwanted(checkout):
        return
    for payment in await Payment.filter(
        payment_intents.LEADS,
        order__checkout_id=checkout.id,
        status__in=list(OPEN_STATES),
    ).order_by("id"):
        state = await payment_intents.sync_payment(context.gateway, payment)
        if state in _UNDER_WAY:
            return
    if PaymentState.PROCESSING in await payment_intents.cancel_intents_of(
        context.gateway, checkout.id
    ):
        return
    if await Payment.exists(order__checkout_id=checkout.id, status=PaymentState.PARKED):
        return
    async with unit.transaction() as tx:
        await tx.lock_first(Basket.filter(id=checkout.basket_id))
        locked = await tx.lock_first(
            Checkout.filter(
                id=checkout.id,
                status=CheckoutStatus.OPEN,
            )
        )
        if locked is None or not await is_unwanted(locked):
            return
        if not await Order.exists(
            checkout_id=checkout.id, payment_status=PaymentStatus.PAID
        ):
            await close_checkout(tx, locked, CheckoutStatus.CANCELLED, actor="shopper")
