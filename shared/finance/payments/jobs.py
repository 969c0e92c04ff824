"""What payments do later: settle an unknown outcome, read the charge, expire a checkout, cancel its intents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.core import clock
from shared.core.errors import TryLater
from shared.finance.payments import giving_up, pressing, service, sweep
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import OPEN_STATES, PaymentState
from shared.infra import unit
from shared.infra.jobs import queue
from shared.infra.jobs.queue import Context, Handler
from shared.trade.marketplace import service as marketplace
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import CheckoutStatus, PaymentStatus
from shared.trade.orders.service import close_checkout

PROCESSING_GRACE = timedelta(minutes=10)
ASK_AGAIN = timedelta(minutes=5)


class ChargeNotReady(TryLater):
    """The transfer of a destination charge follows a moment after the charge (stripe.md section 8)."""

    code = "charge_not_ready"


async def settle_unknown(context: Context, args: dict[str, Any]) -> None:
    """Job `payments.settle_unknown`: ask Stripe about a payment whose end we have not heard of, until there is one.

    A payment that is still opening gets its intent, under the same key. A closed order's intent is cancelled. So an order
    whose shopper closed the tab is paid soon, even if no webhook ever comes.
    """
    payment = await Payment.get_or_none(id=args["payment_id"])
    if payment is None or payment.status not in OPEN_STATES:
        return
    state = await service.follow(context.gateway, payment)
    order = await Order.get(id=payment.order_id).select_related("checkout")
    if state in OPEN_STATES and order.checkout.status != CheckoutStatus.OPEN:
        state = await service.cancel_intent(context.gateway, await Payment.get(id=payment.id))
    if state in OPEN_STATES:
        async with unit.transaction() as tx:
            queue.enqueue(tx, "payments.settle_unknown", args, run_at=clock.now() + ASK_AGAIN)


async def read_charge(context: Context, args: dict[str, Any]) -> None:
    """Job `payments.read_charge`: note transfer and fee even if the webhook never came. Repeats until they are there."""
    payment = await Payment.get_or_none(id=args["payment_id"])
    if payment is None or payment.stripe_charge_id is None or payment.stripe_balance_transaction_id:
        return
    await service.record_charge(context.gateway, payment.stripe_charge_id)
    await payment.refresh_from_db()
    if payment.stripe_balance_transaction_id is None:
        raise ChargeNotReady("The charge has no balance transaction yet.")


async def read_statement_prefix(context: Context, _args: dict[str, Any]) -> None:
    """Job `payments.read_statement_prefix` (hourly): what card statements begin with is set in Stripe's dashboard."""
    await marketplace.note_statement_prefix(await context.gateway.accounts.get_statement_prefix())


async def cancel_intents(context: Context, args: dict[str, Any]) -> None:
    """Job `payments.cancel_intents`: no intent of a closed checkout stays payable."""
    await service.cancel_intents_of(context.gateway, args["checkout_id"])


async def expire_checkout(context: Context, args: dict[str, Any]) -> None:
    """Job `payments.expire_checkout`: when the reservation has run out, cancel the intents first and free the stock after.

    Money that arrived at the last moment wins: then the order is paid instead. Money on its way keeps the goods reserved.
    """
    checkout = await Checkout.get_or_none(id=args["checkout_id"], status=CheckoutStatus.OPEN)
    if checkout is None:
        return
    if checkout.reserved_until > clock.now():
        async with unit.transaction() as tx:
            queue.enqueue(tx, "payments.expire_checkout", args, run_at=checkout.reserved_until)
        return
    states = await service.cancel_intents_of(context.gateway, checkout.id)
    if await Payment.exists(order__checkout_id=checkout.id, status=PaymentState.PARKED):
        return  # money was taken: the goods stay reserved until a person has decided
    if PaymentState.PROCESSING in states:
        async with unit.transaction() as tx:
            queue.enqueue(tx, "payments.expire_checkout", args, run_at=clock.now() + PROCESSING_GRACE)
        return
    async with unit.transaction() as tx:
        locked = await tx.lock_first(Checkout.filter(id=checkout.id, status=CheckoutStatus.OPEN))
        if locked is None or locked.reserved_until > clock.now():
            return
        if await Order.filter(checkout_id=checkout.id, payment_status=PaymentStatus.PAID).exists():
            return
        await close_checkout(tx, locked, CheckoutStatus.EXPIRED, actor="system")


HANDLERS: dict[str, Handler] = {
    "payments.settle_unknown": settle_unknown,
    "payments.read_charge": read_charge,
    "payments.cancel_intents": cancel_intents,
    "payments.expire_checkout": expire_checkout,
    "payments.let_go": pressing.let_go,
    "payments.give_up": giving_up.give_up,
    "payments.sweep": sweep.sweep,
    "payments.read_statement_prefix": read_statement_prefix,
}
