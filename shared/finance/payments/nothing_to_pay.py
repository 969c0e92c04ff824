"""Purchases that cost their shopper nothing: paid the moment they are placed, without an intent and
without a word to Stripe (decision 29).

Each order has a payment of zero, settled at once: what the marketplace pays of it, and what a
cancellation takes back, hang on it as on any other. Of a purchase that costs something in part, the
orders of zero are slices of the shared intent and are paid with the others.
"""

from __future__ import annotations

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.finance.payments.open_payments import amounts_of
from shared.finance.payments.payment_postings import post_sale
from shared.finance.payments.rules import PaymentState
from shared.finance.payments.statements import Slice
from shared.finance.payments.sync import contribute
from shared.infra.gateway.restore_check import money_may_move
from shared.infra.unit import Act, Transaction
from shared.trade.catalogue import stock
from shared.trade.orders import payment_effects
from shared.trade.orders.events import CheckoutOpened
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.reservations import items_of
from shared.trade.orders.rules import StockState


async def on_checkout_opened(tx: Transaction, event: CheckoutOpened) -> None:
    """Let a purchase of zero be paid in the transaction that places it.

    Raises SoldOut where its pieces are gone: nobody has paid, so nothing is placed.
    """
    if not event.is_free:
        return
    await money_may_move()
    await tx.flush()
    checkout = await Checkout.get(id=event.checkout_id)
    orders = await Order.filter(checkout_id=checkout.id).order_by("id")
    for order in orders:
        await _pay(tx, checkout, order)


async def _pay(
    tx: Transaction,
    checkout: Checkout,
    order: Order,
) -> None:
    config = await VendorPaymentConfig.get_or_none(vendor_id=order.vendor_id)
    payment = await tx.create(
        Payment,
        act=Act("payment.opened", details={"order": order.id}),
        vendor_id=order.vendor_id,
        order_id=order.id,
        customer_id=order.customer_id,
        attempt=1,
        idempotency_key=f"order:{order.number}:pay:1",
        stripe_account_id=(config and config.stripe_account_id) or "",
        **amounts_of(order),
        currency=order.currency,
    )
    await tx.move(
        payment,
        to=PaymentState.SUCCEEDED,
        act=Act("payment.succeeded", details={"was": PaymentState.OPENING}),
        paid_at=clock.now(),
    )
    await post_sale(tx, order, payment)
    contribute(tx, Slice(order, payment))
    if order.stock_state == StockState.AT_PAYMENT:
        await stock.reserve(await items_of(order.id))
        await tx.move(order, to=StockState.RESERVED, state="stock_state")
    await payment_effects.mark_paid(tx, checkout, order)
