"""The one open intent that the orders of a purchase share: found, or written down with a slice for
each order (decision 19).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.finance.payments import statement_descriptor as descriptor
from shared.finance.payments.errors import OrderNotPayable, PaymentUnderReview
from shared.finance.payments.events import PaymentOpened
from shared.finance.payments.models import Payment
from shared.finance.payments.open_payments import OpenPayment, columns_of
from shared.finance.payments.opening_statements import Payee, payees_of
from shared.finance.payments.rules import OPEN_STATES, UNTRIED, PaymentState
from shared.finance.payments.writes import CreatePaymentIntent
from shared.infra.gateway.restore_check import money_may_move
from shared.infra.stripe_writes import service as writes
from shared.infra.unit import Act, Transaction
from shared.trade.orders.declines import must_take_cards
from shared.trade.orders.errors import VendorCannotSell
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.number_checks import must_still_hold
from shared.trade.orders.rules import UNPAID, CheckoutStatus
from shared.trade.vendors.errors import PaymentNotConfigured


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
    payees = await payees_of(orders)
    still_open = tuple(each for each in payments if each.status in OPEN_STATES)
    if all(each.status in UNTRIED for each in still_open):
        await must_take_cards(checkout.id)
    if still_open:
        lead = next(each for each in still_open if each.leads)
        return OpenPayment(lead, _is_selling(payees), slices=still_open)
    attempt = 1 + max((each.attempt for each in payments), default=0)
    return await write_down(tx, orders, payees, attempt=attempt, customer=customer)


def _is_selling(payees: Mapping[int, Payee]) -> bool:
    """Whether any of them takes payments: what the others get waits until they can have it."""
    return any(payee.accepts_payments for payee in payees.values())


async def write_down(
    tx: Transaction,
    orders: Sequence[Order],
    payees: Mapping[int, Payee],
    *,
    attempt: int = 1,
    customer: str | None = None,
) -> OpenPayment:
    """Store the next intent of these orders, which are by id, a slice for each of them; the first
    one's leads. `payees`: their vendors, by id.

    Raises PaymentNotConfigured, VendorCannotSell.
    """
    if not _is_selling(payees):
        raise VendorCannotSell
    key = f"purchase:{orders[0].number}:pay:{attempt}"
    first = payees[orders[0].vendor_id]
    prefix = first.statement_prefix
    suffix = descriptor.suffix("", orders[0].number, prefix)
    shared: dict[str, Any] = {
        "attempt": attempt,
        "intent_key": key,
        "stripe_customer_id": customer,
        "statement_suffix": suffix,
        "statement_descriptor": descriptor.shown(prefix, suffix),
    }
    slices = await _slices(tx, orders, payees, shared)
    tx.emit(PaymentOpened(slices[0].id))
    asked = CreatePaymentIntent.shared(slices)
    write = await writes.open_write(tx, asked, write_id=first.write_id)
    return OpenPayment(
        slices[0],
        is_selling=True,
        write=write,
        slices=tuple(slices),
    )


def _ids_of(payees: Mapping[int, Payee]) -> list[int | None]:
    """The ids of the next payments, in the order of their orders."""
    return sorted(
        (payee.payment_id for payee in payees.values()),
        key=lambda payment_id: payment_id or 0,
    )


async def _slices(
    tx: Transaction,
    orders: Sequence[Order],
    payees: Mapping[int, Payee],
    shared: Mapping[str, Any],
) -> list[Payment]:
    """A payment for each order; the first one's key is the intent's."""
    slices: list[Payment] = []
    for order, payment_id in zip(orders, _ids_of(payees), strict=True):
        own_key = f"order:{order.number}:pay:{shared['attempt']}"
        row = await tx.create(
            Payment,
            act=Act("payment.opened", details={"order": order.id}),
            known_id=payment_id,
            stripe_account_id=_account_of(payees[order.vendor_id]),
            **columns_of(order),
            **shared,
            idempotency_key=own_key if slices else shared["intent_key"],
        )
        slices.append(row)
    return slices


def _account_of(payee: Payee) -> str:
    """Where its part goes. Raises PaymentNotConfigured, VendorCannotSell."""
    if payee.accepts_payments is None:
        raise PaymentNotConfigured
    if payee.stripe_account_id is None:
        raise VendorCannotSell
    return payee.stripe_account_id
