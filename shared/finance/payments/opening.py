"""An order's one open payment: found, or written down with what asks Stripe for its intent.

Where a purchase has several orders, they share the intent (shared_opening.py).
"""

from __future__ import annotations

from shared.finance.payments import shared_opening
from shared.finance.payments import statement_descriptor as descriptor
from shared.finance.payments.errors import OrderNotPayable, PaymentUnderReview
from shared.finance.payments.events import PaymentOpened
from shared.finance.payments.models import Payment
from shared.finance.payments.open_payments import OpenPayment, amounts_of
from shared.finance.payments.rules import OPEN_STATES, PaymentState
from shared.finance.payments.statements import Opening, lock_orders, opening_of
from shared.finance.payments.writes import CreatePaymentIntent
from shared.infra import unit
from shared.infra.gateway.errors import StandsStill
from shared.infra.stripe_writes import service as writes
from shared.infra.unit import Act, Transaction
from shared.trade.orders import declines
from shared.trade.orders.errors import VendorCannotSell
from shared.trade.orders.models import Order
from shared.trade.orders.number_checks import must_still_hold
from shared.trade.orders.rules import UNPAID, CheckoutStatus
from shared.trade.vendors.errors import PaymentNotConfigured


async def open_payment(order_id: int, customer: str | None) -> OpenPayment:
    """Find the order's open payment, or write one down.

    `customer`: whose saved methods may pay it. Raises NotFound, StandsStill, OrderNotPayable,
    PaymentUnderReview, VendorCannotSell, PaymentNotConfigured, NumberWithdrawn,
    SellerNumberWithdrawn, TooManyDeclines.
    """
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
        if payment is not None:
            return OpenPayment(payment, bool(found.accepts_payments))
        declines.check(found.declined)
        payment = await _write_down(tx, order, found, customer)
        asked = CreatePaymentIntent.of(payment)
        write = await writes.open_write(tx, asked, write_id=found.write_id)
        return OpenPayment(payment, is_selling=True, write=write)


async def _write_down(
    tx: Transaction,
    order: Order,
    found: Opening,
    customer: str | None,
) -> Payment:
    """Store the next payment of an order."""
    if found.accepts_payments is None:
        raise PaymentNotConfigured
    if not found.accepts_payments or found.stripe_account_id is None:
        raise VendorCannotSell
    attempt, prefix = 1 + len(found.payments), found.statement_prefix
    suffix = descriptor.suffix(found.vendor_name, order.number, prefix)
    payment = await tx.create(
        Payment,
        act=Act("payment.opened", details={"order": order.id}),
        known_id=found.payment_id,
        vendor_id=order.vendor_id,
        order_id=order.id,
        customer_id=order.customer_id,
        attempt=attempt,
        # An order's number never comes again, as an id does after a reset.
        idempotency_key=f"order:{order.number}:pay:{attempt}",
        stripe_account_id=found.stripe_account_id,
        stripe_customer_id=customer,
        **amounts_of(order),
        currency=order.currency,
        statement_suffix=suffix,
        statement_descriptor=descriptor.shown(prefix, suffix),
        stripe_metadata={
            "order_id": str(order.id),
            "order_number": order.number,
            "vendor_id": str(order.vendor_id),
        },
    )
    tx.emit(PaymentOpened(payment.id))
    return payment
