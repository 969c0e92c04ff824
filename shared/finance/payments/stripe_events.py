"""Events about PaymentIntents and charges (the platform's endpoint)."""

from __future__ import annotations

from functools import partial

from shared.core.domains import Answer, Apply, NoNews
from shared.finance.payments import stripe_reads
from shared.finance.payments.charges import is_known, note_charge
from shared.finance.payments.declined_charges import note_decline
from shared.finance.payments.models import Payment
from shared.finance.payments.statements import payments_of
from shared.finance.payments.stripe_reads import IntentReading
from shared.infra.gateway.charges import Charge, told_by
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context
from shared.infra.unit import Transaction


async def read_intent(context: Context, event: VerifiedEvent) -> Apply | None:
    """Read the intent again; payment and order follow it."""
    if event.object_id is None:
        return None
    reading = await stripe_reads.read_intent(context.gateway, event.object_id)
    return None if reading is None else partial(_sync, reading)


async def read_charge(context: Context, event: VerifiedEvent) -> Answer:
    """Read the charge again, unless we know what the event says of it; its transfer, fee and
    balance transaction are noted.
    """
    if not event.related_intent or not event.object_id:
        return None
    found = await payments_of(event.related_intent)
    if not found:
        return None  # spares a call to Stripe for what is not ours
    told = told_by(event)
    if told is not None and is_known(told, found):
        return NoNews("what it says of the charge is known")
    read = await _charge_of(context, event.object_id, found[0])
    if read is None:
        return None
    payment, charge = read
    return partial(_note, payment.id, charge)


async def _charge_of(
    context: Context,
    charge_id: str,
    said_of: Payment,
) -> tuple[Payment, Charge] | None:
    gateway = context.gateway
    try:
        return await stripe_reads.read_charge(gateway, charge_id, said_of=said_of)
    except StripeMissing:
        return None


async def read_decline(context: Context, event: VerifiedEvent) -> Answer:
    """Read a charge again that took no money; it is counted for whoever tried the card."""
    said_of = await stripe_reads.payment_of(event.related_intent)
    if said_of is None or not event.object_id:
        return None
    read = await _charge_of(context, event.object_id, said_of)
    if read is None:
        return None
    payment, charge = read
    if charge.paid:
        return NoNews("the charge took the money")
    return partial(_declined, payment.order_id, charge)


async def _sync(reading: IntentReading, tx: Transaction) -> str:
    return f"payment is {await reading.sync(tx)}"


async def _declined(order_id: int, charge: Charge, tx: Transaction) -> str:
    is_over = await note_decline(tx, order_id, charge)
    return "no more cards are tried" if is_over else "decline noted"


async def _note(payment_id: int, charge: Charge, tx: Transaction) -> str:
    await note_charge(tx, payment_id, charge)
    return "charge noted"
