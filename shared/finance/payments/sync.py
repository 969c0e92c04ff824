"""Letting our rows follow what Stripe says of an intent: one transaction each, "lock, look, move or
leave".
"""

from __future__ import annotations

import logging
from typing import Any

from shared.core import clock
from shared.core.words import in_english
from shared.finance.payments.events import ContributionDue, PaymentSucceeded
from shared.finance.payments.models import Payment
from shared.finance.payments.payment_postings import (
    post_move,
    post_parked,
    post_sale,
)
from shared.finance.payments.rules import (
    PAID_STATES,
    Expected,
    IntentFacts,
    PaymentState,
    after_refunds,
    mismatch,
    next_state,
    order_status,
)
from shared.finance.payments.statements import (
    LockedIntent,
    Slice,
    lock_intent,
    lock_payment,
)
from shared.finance.payments.transfers import open_transfer
from shared.infra import unit
from shared.infra.gateway.payment_intents import PaymentIntent
from shared.infra.references import service as references
from shared.infra.unit import Act, Transaction
from shared.trade.orders import payment_effects as orders
from shared.trade.orders import reservations
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import CheckoutStatus
from shared.trade.orders.sold_amounts import sold_of

log = logging.getLogger("markethall.payments")


def facts_of(intent: PaymentIntent) -> IntentFacts:
    """The part of an intent that decides."""
    return IntentFacts(
        status=intent.status,
        amount=intent.amount,
        amount_received=intent.amount_received,
        currency=intent.currency,
        destination=intent.destination,
        application_fee=intent.application_fee,
        has_error=intent.has_error,
    )


def expected_of(locked: LockedIntent) -> Expected:
    """What a success of the intent must look like.

    Shared, it is over all that its slices come to, and goes on to nobody by itself.
    """
    payment = locked.lead.payment
    if not payment.is_slice:
        return Expected(
            payment.amount_total,
            payment.currency,
            payment.stripe_account_id,
            payment.amount_platform_fee,
        )
    total = sum(each.payment.amount_total for each in locked.slices)
    return Expected(total, payment.currency, None, 0)


async def apply(payment_id: int, intent: PaymentIntent) -> PaymentState:
    """Move payment and order to where the intent is, if that is news.

    Answers the payment's state afterwards.
    """
    async with unit.transaction() as tx:
        return await sync_payment(tx, payment_id, intent)


async def sync_payment(
    tx: Transaction, payment_id: int, intent: PaymentIntent
) -> PaymentState:
    """Move payment and order to where the intent is, if that is news; of an intent that several
    orders share, all of them.

    Answers the payment's state afterwards.
    """
    locked = await lock_intent(tx, payment_id)
    expected = expected_of(locked)
    await reservations.lock_pieces([each.order for each in locked.slices])
    for each in locked.slices:
        await _sync_slice(tx, locked.checkout, each, intent, expected)
    return PaymentState(locked.of(payment_id).payment.status)


async def _sync_slice(
    tx: Transaction,
    checkout: Checkout,
    each: Slice,
    intent: PaymentIntent,
    expected: Expected,
) -> None:
    order, payment = each.order, each.payment
    await _keep_intent(tx, order, payment, intent)
    current = PaymentState(payment.status)
    target = next_state(current, facts_of(intent), expected)
    if target is None:
        return
    moved = await tx.move(
        payment,
        to=target,
        act=Act(f"payment.{target}", "stripe", {"was": current}),
        **_values(payment, intent, target, expected),
    )
    if not moved:
        return
    references.remember(
        tx,
        intent.id,
        intent.latest_charge,
        subject=f"payment:{payment.id}",
        order_id=order.id,
        vendor_id=order.vendor_id,
    )
    await post_move(
        tx,
        order,
        payment,
        intent,
        was=current,
        now=target,
    )
    await _order_follows(tx, checkout, order, payment, target)
    if target is PaymentState.SUCCEEDED:
        await _succeeded(tx, each, intent)


async def _succeeded(
    tx: Transaction,
    each: Slice,
    intent: PaymentIntent,
) -> None:
    """What comes later of a success: its charge is read, and the vendor gets its part."""
    payment = each.payment
    contribute(tx, each)
    if payment.leads:
        saved_by = intent.customer if intent.saved else None
        tx.emit(PaymentSucceeded(payment.id, saved_by))
    has_part = payment.is_slice and payment.amount_vendor > 0
    if has_part and payment.stripe_charge_id is not None:
        await open_transfer(tx, each)


def contribute(tx: Transaction, each: Slice) -> None:
    """Tell what the marketplace has to send the vendor besides, if anything."""
    amount = sold_of(each.order).contribution
    if amount:
        due = ContributionDue(each.payment.id, each.order.number, amount)
        tx.emit(due)


async def _keep_intent(
    tx: Transaction, order: Order, payment: Payment, intent: PaymentIntent
) -> None:
    if payment.stripe_payment_intent_id is None:
        await tx.change(
            payment,
            where={"stripe_payment_intent_id": None},
            stripe_payment_intent_id=intent.id,
        )
        await tx.change(order, payment_intent_id=intent.id)


def _values(
    payment: Payment,
    intent: PaymentIntent,
    target: PaymentState,
    expected: Expected,
) -> dict[str, Any]:
    """What a payment keeps of its intent when it moves to `target`."""
    has_failed = target is PaymentState.FAILED
    parked_reason = None
    if target is PaymentState.PARKED:
        parked_reason = mismatch(facts_of(intent), expected)
    return {
        "stripe_charge_id": intent.latest_charge or payment.stripe_charge_id,
        "payment_method": intent.payment_method_type or payment.payment_method,
        "statement_descriptor": intent.statement_descriptor
        or payment.statement_descriptor,
        "failure_code": intent.error_code if has_failed else None,
        "failure_reason": _reason(intent) if has_failed else None,
        "parked_reason": parked_reason,
        "paid_at": clock.now() if target is PaymentState.SUCCEEDED else None,
    }


def _reason(intent: PaymentIntent) -> str:
    """The one Stripe text a shopper may see: a card error's own message; otherwise our words.

    In English; a page says it in the language of whoever reads it.
    """
    if intent.error_message:
        return intent.error_message
    asked = intent.error_code == "payment_intent_authentication_failure"
    return in_english("payments.failures", "not_authenticated" if asked else "declined")


async def _order_follows(
    tx: Transaction,
    checkout: Checkout,
    order: Order,
    payment: Payment,
    target: PaymentState,
) -> None:
    if target is PaymentState.SUCCEEDED:
        await orders.mark_paid(tx, checkout, order)
    elif target is PaymentState.PARKED:
        log.error(
            "payment %s of order %s succeeded but does not match; parked for a person",
            payment.id,
            order.number,
        )
    else:
        is_open = checkout.status == CheckoutStatus.OPEN
        status = order_status(target, checkout_open=is_open)
        if status is not None:
            await orders.follow_payment(tx, order, status)
        await _hold_follows(tx, order, target)


async def _hold_follows(
    tx: Transaction,
    order: Order,
    target: PaymentState,
) -> None:
    """What Pay set aside: kept while the bank asks, let go when the card was declined or nobody
    went on. What it did not is set aside while the money is on its way.
    """
    if target is PaymentState.REQUIRES_ACTION:
        await reservations.wait_for_bank(order)
    elif target is PaymentState.PROCESSING:
        await reservations.wait_for_money(tx, order)
    elif target in (PaymentState.FAILED, PaymentState.CANCELED):
        await reservations.let_go(tx, order, wasted=target is PaymentState.CANCELED)


async def post_missing(payment_id: int, intent: PaymentIntent) -> bool:
    """Post what a payment that took money must have posted, where it is not there; False when it
    is. A repair.
    """
    async with unit.transaction() as tx:
        _, order, payment = await lock_payment(tx, payment_id)
        if payment.status == PaymentState.PARKED:
            return await post_parked(tx, payment, intent)
        if payment.status in PAID_STATES:
            return await post_sale(tx, order, payment)
        return False


async def follow_refunds(
    tx: Transaction, payment: Payment, *, back: int, reason: str | None
) -> bool:
    """Let a payment follow its refunds: `back` minor units of it have gone back by now, the last of
    them for `reason`.

    Called by refunds inside their transaction, with order and payment locked. False when that is
    nothing new.
    """
    current = PaymentState(payment.status)
    target = after_refunds(current, total=payment.amount_total, back=back)
    if target is None:
        return False
    is_back = target is PaymentState.REFUNDED
    action = "payment.refunded" if is_back else "payment.refund_undone"
    return await tx.move(
        payment,
        to=target,
        act=Act(action, "stripe", {"was": current}),
        refunded_at=clock.now() if is_back else None,
        refund_reason=reason if is_back else None,
    )


async def close_unopened(
    tx: Transaction,
    payment_id: int,
    *,
    reason: str,
) -> None:
    """Give up an attempt that Stripe would not open, so that the next one gets a key of its own."""
    locked = await lock_intent(tx, payment_id)
    for each in locked.slices:
        await tx.move(
            each.payment,
            to=PaymentState.CANCELED,
            where={"status": PaymentState.OPENING, "stripe_payment_intent_id": None},
            act=Act("payment.not_opened", "stripe", {"reason": reason}),
            parked_reason=reason,
        )
