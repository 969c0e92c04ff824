"""An order's one open payment: written down with the order, or found, or written down anew, with
what asks Stripe for its intent.

Where a purchase has several orders, they share the intent (shared_opening.py).
"""

from __future__ import annotations

from shared.finance.payments import shared_opening
from shared.finance.payments import statement_descriptor as descriptor
from shared.finance.payments.errors import OrderNotPayable, PaymentUnderReview
from shared.finance.payments.events import PaymentOpened
from shared.finance.payments.models import Payment
from shared.finance.payments.open_payments import OpenPayment, columns_of
from shared.finance.payments.opening_statements import (
    Payee,
    lock_orders,
    opening_of,
    payees_of,
    unasked_of,
)
from shared.finance.payments.rules import OPEN_STATES, UNTRIED, PaymentState
from shared.finance.payments.writes import CreatePaymentIntent
from shared.infra import unit
from shared.infra.gateway.errors import StandsStill
from shared.infra.stripe_writes import service as writes
from shared.infra.unit import Act, Transaction
from shared.trade.orders import declines
from shared.trade.orders.errors import VendorCannotSell
from shared.trade.orders.events import CheckoutOpened
from shared.trade.orders.models import Order
from shared.trade.orders.number_checks import must_still_hold
from shared.trade.orders.rules import UNPAID, CheckoutStatus
from shared.trade.vendors.errors import PaymentNotConfigured


async def on_checkout_opened(tx: Transaction, event: CheckoutOpened) -> None:
    """Write the payment of a guest's purchase down with its orders: its page asks Stripe at once.

    Who is signed in may pay with what is saved, which Stripe is asked about before: that payment is
    written down by the page.
    """
    orders = event.orders
    if event.is_free or any(order.customer_id is not None for order in orders):
        return
    payees = await payees_of(orders)
    if len(orders) > 1:
        await shared_opening.write_down(tx, orders, payees)
    else:
        await _write_down(tx, orders[0], payees[orders[0].vendor_id])


async def open_payment(order_id: int, customer: str | None) -> OpenPayment:
    """Find the order's open payment, or write one down.

    `customer`: whose saved methods may pay it. Raises NotFound, StandsStill, OrderNotPayable,
    PaymentUnderReview, VendorCannotSell, PaymentNotConfigured, NumberWithdrawn,
    SellerNumberWithdrawn, TooManyDeclines.
    """
    unasked = await _unasked(order_id) if customer is None else None
    if unasked is not None:
        return unasked
    async with unit.transaction() as tx:
        orders = await lock_orders(tx, order_id)
        if len(orders) > 1:
            return await shared_opening.open_shared(tx, orders, customer)
        (order,) = orders
        found = await opening_of(order)
        if not found.may_move:  # an intent that is there already could be paid, too
            raise StandsStill
        is_open = found.checkout_status == CheckoutStatus.OPEN
        if not is_open or order.payment_status not in UNPAID:
            raise OrderNotPayable
        await must_still_hold(orders)
        if any(each.status == PaymentState.PARKED for each in found.payments):
            raise PaymentUnderReview
        still_open = (each for each in found.payments if each.status in OPEN_STATES)
        payment = next(still_open, None)
        if payment is None or payment.status in UNTRIED:
            declines.check(found.declined)
        if payment is not None:
            return OpenPayment(payment, bool(found.payee.accepts_payments))
        attempt = 1 + len(found.payments)
        return await _write_down(
            tx, order, found.payee, attempt=attempt, customer=customer
        )


async def _unasked(order_id: int) -> OpenPayment | None:
    """The payment that was written down with its order, which may be asked for as it is.

    Raises TooManyDeclines, VendorCannotSell: the account may have been lost since.
    """
    found = await unasked_of(order_id)
    if found is None:
        return None
    declines.check(found.declined)
    if not found.is_selling:
        raise VendorCannotSell
    lead = next(each for each in found.payments if each.leads)
    slices = found.payments if len(found.payments) > 1 else ()
    return OpenPayment(lead, is_selling=True, write=found.write, slices=slices)


async def _write_down(
    tx: Transaction,
    order: Order,
    payee: Payee,
    *,
    attempt: int = 1,
    customer: str | None = None,
) -> OpenPayment:
    """Store the next payment of an order, with what asks for its intent."""
    if payee.accepts_payments is None:
        raise PaymentNotConfigured
    if not payee.accepts_payments or payee.stripe_account_id is None:
        raise VendorCannotSell
    prefix = payee.statement_prefix
    suffix = descriptor.suffix(payee.vendor_name, order.number, prefix)
    payment = await tx.create(
        Payment,
        act=Act("payment.opened", details={"order": order.id}),
        known_id=payee.payment_id,
        attempt=attempt,
        # An order's number never comes again, as an id does after a reset.
        idempotency_key=f"order:{order.number}:pay:{attempt}",
        stripe_account_id=payee.stripe_account_id,
        stripe_customer_id=customer,
        statement_suffix=suffix,
        statement_descriptor=descriptor.shown(prefix, suffix),
        **columns_of(order),
    )
    tx.emit(PaymentOpened(payment.id))
    asked = CreatePaymentIntent.of(payment)
    write = await writes.open_write(tx, asked, write_id=payee.write_id)
    return OpenPayment(payment, is_selling=True, write=write)
