"""What payments do later: settle an unknown outcome, read the charge, expire a checkout, cancel its
intents.

And what they do about an order's events.
"""

from __future__ import annotations

from datetime import timedelta

from shared.core import clock
from shared.finance.payment_methods.jobs import sync_later as sync_methods_later
from shared.finance.payments import payment_intents, service
from shared.finance.payments.errors import ChargeNotBooked
from shared.finance.payments.events import PaymentOpened, PaymentSucceeded
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import OPEN_STATES, PaymentState
from shared.infra import unit
from shared.infra.database.raw_sql import one_row
from shared.infra.jobs import Context, job, recurring
from shared.infra.unit import Transaction
from shared.trade.marketplace import service as marketplace
from shared.trade.orders.cancellation import close_checkout
from shared.trade.orders.events import CheckoutClosed, CheckoutOpened
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import CheckoutStatus, PaymentStatus

PROCESSING_GRACE = timedelta(minutes=10)
ASK_AGAIN = timedelta(minutes=5)
SETTLE_AFTER = timedelta(minutes=1)
CHARGE_AFTER = timedelta(seconds=20)


@job("payments.settle_unknown")
async def settle_unknown(context: Context, payment_id: int) -> None:
    """Ask Stripe about a payment whose end we have not heard of, until there is one.

    A payment that is still opening gets its intent, under the same key. A closed order's intent is
    cancelled. So an order whose shopper closed the tab is paid soon, even if no webhook ever comes.
    """
    payment = await one_row(Payment, "t.id = ?", payment_id)
    if payment is None or payment.status not in OPEN_STATES:
        return
    state = await payment_intents.sync_payment(context.gateway, payment)
    order = await Order.get(id=payment.order_id).select_related("checkout")
    if state in OPEN_STATES and order.checkout.status != CheckoutStatus.OPEN:
        payment = await Payment.get(id=payment.id)
        state = await payment_intents.cancel_intent(context.gateway, payment)
    if state in OPEN_STATES:
        async with unit.transaction() as tx:
            settle_unknown.at(clock.now() + ASK_AGAIN)(tx, payment_id=payment_id)


@job("payments.read_charge")
async def read_charge(context: Context, payment_id: int) -> None:
    """Note transfer and fee even if the webhook never came. Repeats until they are there."""
    payment = await one_row(Payment, "t.id = ?", payment_id)
    if (
        payment is None
        or payment.stripe_charge_id is None
        or payment.stripe_balance_transaction_id
    ):
        return
    await service.record_charge(context.gateway, payment.stripe_charge_id)
    await payment.refresh_from_db()
    if payment.stripe_balance_transaction_id is None:
        raise ChargeNotBooked


@recurring("payments.read_statement_prefix", every=timedelta(hours=1))
async def read_statement_prefix(context: Context) -> None:
    """Read what card statements begin with, which is set in Stripe's dashboard."""
    await marketplace.note_statement_prefix(
        await context.gateway.accounts.get_statement_prefix()
    )


@job("payments.cancel_intents")
async def cancel_intents(context: Context, checkout_id: int) -> None:
    """Leave no intent of a closed checkout payable."""
    await payment_intents.cancel_intents_of(context.gateway, checkout_id)


@job("payments.expire_checkout")
async def expire_checkout(context: Context, checkout_id: int) -> None:
    """When the reservation has run out, cancel the intents first and free the stock after.

    Money that arrived at the last moment wins: then the order is paid instead. Money on its way
    keeps the goods reserved.
    """
    checkout = await Checkout.get_or_none(id=checkout_id, status=CheckoutStatus.OPEN)
    if checkout is None:
        return
    if checkout.reserved_until > clock.now():
        async with unit.transaction() as tx:
            expire_checkout.at(checkout.reserved_until)(tx, checkout_id=checkout_id)
        return
    states = await payment_intents.cancel_intents_of(context.gateway, checkout.id)
    if await Payment.exists(order__checkout_id=checkout.id, status=PaymentState.PARKED):
        return  # money was taken: the goods stay reserved until a person has decided
    if PaymentState.PROCESSING in states:
        async with unit.transaction() as tx:
            expire_checkout.at(clock.now() + PROCESSING_GRACE)(
                tx, checkout_id=checkout_id
            )
        return
    async with unit.transaction() as tx:
        locked = await tx.lock_first(
            Checkout.filter(
                id=checkout.id,
                status=CheckoutStatus.OPEN,
            )
        )
        if locked is None or locked.reserved_until > clock.now():
            return
        if await Order.filter(
            checkout_id=checkout.id,
            payment_status=PaymentStatus.PAID,
        ).exists():
            return
        await close_checkout(tx, locked, CheckoutStatus.EXPIRED, actor="system")


async def on_payment_opened(tx: Transaction, event: PaymentOpened) -> None:
    """See to it that it comes to an end even if no webhook does."""
    once = f"settle_unknown:{event.payment_id}"
    settle_unknown.at(clock.now() + SETTLE_AFTER, once=once)(
        tx, payment_id=event.payment_id
    )


async def on_payment_succeeded(tx: Transaction, event: PaymentSucceeded) -> None:
    """Read its charge soon: Stripe makes the transfer a moment later.

    And the card, where it was saved.
    """
    once = f"read_charge:{event.payment_id}"
    read_charge.at(clock.now() + CHARGE_AFTER, once=once)(
        tx, payment_id=event.payment_id
    )
    if event.stripe_customer_id is not None:
        sync_methods_later(tx, stripe_customer_id=event.stripe_customer_id)


async def on_checkout_opened(tx: Transaction, event: CheckoutOpened) -> None:
    """End its reservation in time."""
    if event.is_free:
        return
    expire_checkout.at(event.until)(tx, checkout_id=event.checkout_id)


async def on_checkout_closed(tx: Transaction, event: CheckoutClosed) -> None:
    """Cancel what could still be paid."""
    cancel_intents(tx, checkout_id=event.checkout_id)
