"""The one open intent that the orders of a purchase share: found, or written down with a slice for
each order (decision 19).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.core.frozen import frozen
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments import statement_descriptor as descriptor
from shared.finance.payments.errors import OrderNotPayable, PaymentUnderReview
from shared.finance.payments.events import PaymentOpened
from shared.finance.payments.models import Payment
from shared.finance.payments.open_payments import OpenPayment, amounts_of
from shared.finance.payments.rules import OPEN_STATES, PaymentState
from shared.finance.payments.writes import CreatePaymentIntent
from shared.infra.gateway.restore_check import money_may_move
from shared.infra.stripe_writes import service as writes
from shared.infra.unit import Act, Transaction
from shared.trade.marketplace.queries import statement_prefix
from shared.trade.orders.errors import VendorCannotSell
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.number_checks import must_still_hold
from shared.trade.orders.rules import UNPAID, CheckoutStatus
from shared.trade.vendors.errors import PaymentNotConfigured


@frozen
class _Accounts:
    """Where the vendors of a purchase get their money, by vendor."""

    by_vendor: dict[int, VendorPaymentConfig]

    @property
    def is_selling(self) -> bool:
        """Whether any of them takes payments: what the others get waits until they can have it."""
        return any(config.accepts_payments for config in self.by_vendor.values())

    def account_of(self, vendor_id: int) -> str:
        """Raises PaymentNotConfigured, VendorCannotSell."""
        config = self.by_vendor.get(vendor_id)
        if config is None:
            raise PaymentNotConfigured
        if config.stripe_account_id is None:
            raise VendorCannotSell
        return str(config.stripe_account_id)


async def open_shared(
    tx: Transaction,
    orders: Sequence[Order],
    customer: str | None,
) -> OpenPayment:
    """Find the open intent of these orders, locked and by id, or write one down.

    Raises as `opening.open_payment`.
    """
    await money_may_move()
    checkout = await Checkout.get(id=orders[0].checkout_id)
    is_open = checkout.status == CheckoutStatus.OPEN
    if not is_open or any(each.payment_status not in UNPAID for each in orders):
        raise OrderNotPayable
    await must_still_hold(orders)
    mine = Payment.filter(order__checkout_id=checkout.id)
    payments = await mine.order_by("id")
    if any(each.status == PaymentState.PARKED for each in payments):
        raise PaymentUnderReview
    accounts = await _accounts(checkout)
    still_open = tuple(each for each in payments if each.status in OPEN_STATES)
    if still_open:
        lead = next(each for each in still_open if each.leads)
        return OpenPayment(lead, accounts.is_selling, slices=still_open)
    return await _write_down(tx, orders, payments, accounts, customer)


async def _accounts(checkout: Checkout) -> _Accounts:
    of_vendors = VendorPaymentConfig.filter(vendor__orders__checkout_id=checkout.id)
    return _Accounts({config.vendor_id: config for config in await of_vendors})


async def _write_down(
    tx: Transaction,
    orders: Sequence[Order],
    before: Sequence[Payment],
    accounts: _Accounts,
    customer: str | None,
) -> OpenPayment:
    """Store the next intent of these orders, a slice for each of them; the first one's leads."""
    if not accounts.is_selling:
        raise VendorCannotSell
    attempt = 1 + max((each.attempt for each in before), default=0)
    key = f"purchase:{orders[0].number}:pay:{attempt}"
    prefix = await statement_prefix()
    suffix = descriptor.suffix("", orders[0].number, prefix)
    shared: dict[str, Any] = {
        "attempt": attempt,
        "intent_key": key,
        "stripe_customer_id": customer,
        "statement_suffix": suffix,
        "statement_descriptor": descriptor.shown(prefix, suffix),
    }
    slices: list[Payment] = []
    for order in orders:
        own_key = f"order:{order.number}:pay:{attempt}"
        row = await tx.create(
            Payment,
            act=Act("payment.opened", details={"order": order.id}),
            **_part_of(order, accounts),
            **shared,
            idempotency_key=own_key if slices else key,
        )
        slices.append(row)
    tx.emit(PaymentOpened(slices[0].id))
    write = await writes.open_write(tx, CreatePaymentIntent.shared(slices))
    return OpenPayment(
        slices[0],
        is_selling=True,
        write=write,
        slices=tuple(slices),
    )


def _part_of(order: Order, accounts: _Accounts) -> dict[str, Any]:
    """What an order has of it."""
    return {
        "vendor_id": order.vendor_id,
        "order_id": order.id,
        "customer_id": order.customer_id,
        "stripe_account_id": accounts.account_of(order.vendor_id),
        **amounts_of(order),
        "currency": order.currency,
        "stripe_metadata": {
            "order_id": str(order.id),
            "order_number": order.number,
            "vendor_id": str(order.vendor_id),
        },
    }
