"""Events about PaymentIntents and charges (the platform's endpoint)."""

from __future__ import annotations

from functools import partial

from shared.core.domains import Apply
from shared.finance.payments import sync
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PaymentState
from shared.infra.gateway.charges import Charge
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.gateway.payment_intents import PaymentIntent
from shared.infra.jobs import Context
from shared.infra.unit import Transaction


async def read_intent(context: Context, event: VerifiedEvent) -> Apply | None:
    """Read the intent again; payment and order follow it."""
    payment = await _payment_of(event.object_id)
    if payment is None:
        return None
    if payment.status in (PaymentState.REFUNDED, PaymentState.CANCELED):
        return partial(_stays, payment.status)
    intent = await context.gateway.payment_intents.get(str(event.object_id))
    return partial(_sync, payment.id, intent)


async def read_charge(context: Context, event: VerifiedEvent) -> Apply | None:
    """Read the charge again; its transfer, fee and balance transaction are noted."""
    payment = await _payment_of(event.related_intent)
    if payment is None or not event.object_id:
        return None
    try:
        charge = await context.gateway.charges.get(event.object_id)
    except StripeMissing:
        return None
    if charge.payment_intent != payment.stripe_payment_intent_id:
        payment = await _payment_of(charge.payment_intent)
    return None if payment is None else partial(_note, payment.id, charge)


async def _payment_of(intent_id: str | None) -> Payment | None:
    """The payment that has this intent; spares a call to Stripe for what is not ours."""
    if not intent_id:
        return None
    return await Payment.get_or_none(stripe_payment_intent_id=intent_id)


async def _stays(state: str, _tx: Transaction) -> str:
    return f"payment is {state}"


async def _sync(payment_id: int, intent: PaymentIntent, tx: Transaction) -> str:
    return f"payment is {await sync.sync_payment(tx, payment_id, intent)}"


async def _note(payment_id: int, charge: Charge, tx: Transaction) -> str:
    if charge.paid:
        await sync.note_charge_in(tx, payment_id, charge)
    return "charge noted"
