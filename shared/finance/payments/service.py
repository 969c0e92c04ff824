"""Opening a payment for an order, and believing only what Stripe says when read.

A payment is written down before Stripe is asked (writes.py), so a crash or a lost answer anywhere
heals by calling again. The client secret is never stored.
"""

from __future__ import annotations

import logging
from dataclasses import field, replace

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.payment_methods import customers
from shared.finance.payment_methods import service as saved
from shared.finance.payments import sync
from shared.finance.payments.charges import note_charge
from shared.finance.payments.errors import (
    CustomerGone,
    PaymentRejected,
)
from shared.finance.payments.models import Payment
from shared.finance.payments.open_payments import OpenPayment
from shared.finance.payments.opening import open_payment
from shared.finance.payments.payment_intents import cancel_intent, make
from shared.finance.payments.rules import OPEN_STATES, PaymentState
from shared.finance.payments.stripe_reads import read_charge, read_intent
from shared.infra import unit
from shared.infra.gateway.errors import StripeMissing, StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_intents import PaymentIntent
from shared.infra.gateway.restore_check import known_to_move, money_may_move
from shared.trade.orders.errors import VendorCannotSell
from shared.trade.orders.models import Order

log = logging.getLogger("markethall.payments")

_AWAITS_SHOPPER = (
    PaymentState.PENDING,
    PaymentState.REQUIRES_ACTION,
    PaymentState.FAILED,
)


@frozen
class Opened:
    """An open payment with its intent; `is_selling`: its vendor's account takes payments."""

    payment: Payment
    intent: PaymentIntent
    state: PaymentState
    is_selling: bool
    whole: tuple[Payment, ...]  # all that the intent is for


@frozen
class IntentView:
    """An order's PaymentIntent as the payment page needs it; all of what orders that share it
    pay.
    """

    payment_intent_id: str
    client_secret: str = field(repr=False)
    amount_total: Money
    amount_vendor: Money
    platform_fee: Money
    currency: str
    state: PaymentState
    # As the card statement will show it; empty while that is not known.
    statement_descriptor: str
    statement_suffix: str  # its end, which is ours
    # Set where the viewer may pay with what it holds.
    stripe_customer_id: str | None = None
    # Set where the viewer may save the card.
    box_secret: str | None = field(default=None, repr=False)


async def create_payment_intent(
    gateway: Gateway,
    *,
    order_id: int,
    shopper_id: int | None = None,
    look_again: bool = False,
) -> IntentView:
    """The order's one open PaymentIntent, made now or read again; calling twice gives the same.

    The amount is the order's own total. `shopper_id` is who is signed in: whoever ordered may pay
    with a saved card and save another; for anybody else, and for guests, there is neither.
    `look_again`: what is saved at Stripe is read first, after a saved card did not pay. Raises
    NotFound, OrderNotPayable, VendorCannotSell, TooManyDeclines, PaymentRejected (Stripe said no),
    StripeUnavailable (the order waits and the same call works later; StandsStill, one of these,
    after a restore).
    """
    if shopper_id is not None or look_again:  # Stripe is asked before the order is read
        await money_may_move()
    owner = await _ordered_by(order_id, shopper_id)
    customer = await saved.customer_for(gateway, owner) if owner is not None else None
    if look_again:
        await _look_again(gateway, order_id)
    try:
        opened = await _opened(gateway, order_id, customer)
        box = await _box(gateway, opened) if owner is not None else None
    except CustomerGone:
        # deleted at Stripe: the order is kept, and payable by a card that is typed
        opened, box = await _opened(gateway, order_id, None), None
    if opened.state in _AWAITS_SHOPPER and not opened.is_selling:
        # the vendor lost its account while the order was open; what was paid already stays paid
        raise VendorCannotSell
    view = _view(opened)
    if owner is None:
        return view
    customer = opened.payment.stripe_customer_id
    return replace(view, stripe_customer_id=customer, box_secret=box)


def _view(opened: Opened) -> IntentView:
    """What anybody who has the payment page needs of it."""
    payment, intent, whole = opened.payment, opened.intent, opened.whole
    total = sum(each.amount_total for each in whole)
    fee = sum(each.amount_platform_fee for each in whole)
    return IntentView(
        payment_intent_id=intent.id,
        client_secret=intent.client_secret,
        amount_total=Money(total, payment.currency),
        amount_vendor=Money(total - fee, payment.currency),
        platform_fee=Money(fee, payment.currency),
        currency=payment.currency,
        state=opened.state,
        statement_descriptor=payment.statement_descriptor,
        statement_suffix=payment.statement_suffix,
    )


async def _ordered_by(order_id: int, shopper_id: int | None) -> int | None:
    """The signed-in shopper, if the order is theirs."""
    if shopper_id is None:
        return None
    is_theirs = await Order.exists(id=order_id, customer_id=shopper_id)
    return shopper_id if is_theirs else None


async def _look_again(gateway: Gateway, order_id: int) -> None:
    """Learn what became of the customer that the order's open payment names, and of what it
    holds.
    """
    mine = Payment.filter(order_id=order_id, status__in=list(OPEN_STATES))
    payment = await mine.first()
    if payment is not None and payment.stripe_customer_id is not None:
        await saved.look_for(gateway, payment.stripe_customer_id)


async def _opened(
    gateway: Gateway,
    order_id: int,
    customer: str | None,
) -> Opened:
    """The order's open payment with its intent.

    Raises CustomerGone when that names a customer that Stripe no longer has.
    """
    found = await open_payment(order_id, customer)
    named = found.payment.stripe_customer_id
    if named is not None and await customers.is_gone(named):
        if await cancel_intent(gateway, found.payment) in _AWAITS_SHOPPER:
            why = "names a customer that is gone and cannot be cancelled"
            raise PaymentRejected(log=f"payment {found.payment.id} {why}")
        found = await open_payment(order_id, customer)
    opened = await _with_intent(gateway, found)
    # Cancelled at Stripe while the order is still open: a new attempt.
    if opened.state is PaymentState.CANCELED:
        opened = await _with_intent(gateway, await open_payment(order_id, customer))
    return opened


async def _with_intent(gateway: Gateway, found: OpenPayment) -> Opened:
    """A payment with its intent, made or read now, and where that leaves it."""
    payment = found.payment
    intent_id = payment.stripe_payment_intent_id
    if intent_id is not None:
        intent = await gateway.payment_intents.get(intent_id)
        state = await sync.apply(payment.id, intent)
        return Opened(payment, intent, state, found.is_selling, found.whole)
    if found.write is None:
        performed = await make(gateway, payment)
    else:  # whether money may move was read with it
        with known_to_move():
            performed = await make(gateway, payment, found.write)
    if performed.stripe_id is None:
        raise await _rejected(gateway, payment, performed.refusal)
    intent = performed.answer or await gateway.payment_intents.get(performed.stripe_id)
    state = performed.outcome
    if state is None:  # somebody else was faster
        row = await Payment.get(id=payment.id)
        state = PaymentState(row.status)
    return Opened(payment, intent, state, found.is_selling, found.whole)


async def _rejected(
    gateway: Gateway,
    payment: Payment,
    refusal: StripeRefused | None,
) -> PaymentRejected:
    """What the shopper is told of Stripe's no.

    A customer that it does not know is looked for first.
    """
    if refusal is None:
        elsewhere = f"payment {payment.id} was refused to somebody else"
        return PaymentRejected(log=elsewhere)
    customer = payment.stripe_customer_id
    if refusal.stripe_param == "customer" and customer is not None:
        await saved.look_for(gateway, customer)
        return CustomerGone(log=refusal.log)
    return PaymentRejected(log=refusal.log)


async def _box(gateway: Gateway, opened: Opened) -> str | None:
    """The secret by which the form offers to save the card."""
    payment = opened.payment
    if payment.stripe_customer_id is None or opened.state not in _AWAITS_SHOPPER:
        return None
    try:
        return await saved.box_for(gateway, payment.stripe_customer_id)
    except StripeMissing as missing:
        await cancel_intent(gateway, payment)
        raise CustomerGone(log=missing.log) from missing


async def confirm_payment(gateway: Gateway, intent_id: str) -> PaymentState | None:
    """Read the intent from Stripe and let our rows follow; None when the intent is not ours.

    Raises StripeUnavailable.
    """
    reading = await read_intent(gateway, intent_id)
    if reading is None:
        return None
    async with unit.transaction() as tx:
        return await reading.sync(tx)


async def is_intent_known(intent_id: str | None) -> bool:
    """Whether one of our payments has this PaymentIntent; spares a call to Stripe for foreign
    objects.
    """
    if intent_id is None:
        return False
    return await Payment.exists(stripe_payment_intent_id=intent_id)


async def record_charge(gateway: Gateway, charge_id: str) -> bool:
    """Read the charge and note its transfer, fee and balance transaction on our payment; False when
    it is not ours.
    """
    read = await read_charge(gateway, charge_id)
    if read is None:
        return False
    payment, charge = read
    async with unit.transaction() as tx:
        await note_charge(tx, payment.id, charge)
    return True
