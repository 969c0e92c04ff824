"""A payment's PaymentIntent at Stripe: it is made, followed, or cancelled."""

from __future__ import annotations

from tortoise.expressions import F, Q

from shared.finance.payments import sync
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import OPEN_STATES, PaymentState
from shared.finance.payments.writes import CancelPaymentIntent, CreatePaymentIntent
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.attempts import Performed
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction

# Of payments that share an intent, the one that asks for it.
LEADS = Q(intent_key=None) | Q(intent_key=F("idempotency_key"))


async def lead_of(payment: Payment) -> Payment:
    """The payment whose key the intent of this one has: itself, unless several orders share it."""
    if payment.leads:
        return payment
    return await Payment.get(idempotency_key=payment.intent_key)


async def make(
    gateway: Gateway,
    payment: Payment,
    write: StripeWrite | None = None,
) -> Performed:
    """Have the intent of a payment that leads made, if that was not done or refused before.

    `write`: what asks for it, where that is at hand.
    """
    if write is None:
        write = await writes.latest(payment.as_subject, CreatePaymentIntent)
    if write is None:  # written down before there were rows of writes
        asked, asked_at = CreatePaymentIntent.of(payment), payment.created_at
        async with unit.transaction() as tx:
            write = await writes.open_write(tx, asked, asked_at=asked_at)
    return await writes.perform_row(gateway, write)


async def sync_payment(gateway: Gateway, payment: Payment) -> PaymentState:
    """Learn from Stripe how a payment stands, its intent made if it has none; our rows follow.

    Raises StripeUnavailable.
    """
    if payment.stripe_payment_intent_id is not None:
        intent = await gateway.payment_intents.get(payment.stripe_payment_intent_id)
        return await sync.apply(payment.id, intent)
    await make(gateway, await lead_of(payment))
    return PaymentState((await Payment.get(id=payment.id)).status)


async def cancel_intent(gateway: Gateway, payment: Payment) -> PaymentState:
    """Cancel a payment's intent at Stripe, or learn what became of it instead; our rows follow.

    Money under way is not called back, although Stripe may allow it: a slow method takes days.
    """
    payment = await lead_of(payment)
    if payment.status == PaymentState.PROCESSING:
        state = await sync_payment(gateway, payment)
        if state is PaymentState.PROCESSING:
            return state
    if payment.stripe_payment_intent_id is None:  # it may have been made all the same
        await sync_payment(gateway, payment)
    async with unit.transaction() as tx:
        write_id = await _cancellation(tx, payment.id)
    performed = await writes.perform(gateway, write_id) if write_id else None
    payment = await Payment.get(id=payment.id)
    if performed is not None and performed.state == WriteState.REFUSED:
        return await sync_payment(gateway, payment)
    return PaymentState(payment.status)


async def _cancellation(tx: Transaction, payment_id: int) -> int | None:
    """The write that cancels a payment's intent, opened unless one waits; None where there is
    nothing to cancel.
    """
    payment = await tx.lock(Payment, id=payment_id)
    if payment.status not in OPEN_STATES or payment.stripe_payment_intent_id is None:
        return None
    last = await writes.latest(payment.as_subject, CancelPaymentIntent)
    if last is not None and last.state == WriteState.WAITING:
        return int(last.id)
    asked = CancelPaymentIntent(
        payment_id=payment.id,
        mark=payment.idempotency_key,
        intent_id=payment.stripe_payment_intent_id,
        number=1 + await writes.count_of(payment.as_subject, CancelPaymentIntent),
    )
    return int((await writes.open_write(tx, asked)).id)


async def cancel_intents_of(gateway: Gateway, checkout_id: int) -> set[PaymentState]:
    """Cancel every intent of a checkout that is not decided: the states in which that left its
    payments.
    """
    mine = Payment.filter(order__checkout_id=checkout_id)
    undecided = mine.filter(LEADS, status__in=list(OPEN_STATES)).order_by("id")
    return {await cancel_intent(gateway, payment) for payment in await undecided}
