"""Events about PaymentIntents and charges (the platform's endpoint)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from shared.core.domains import Answer, Apply, LooksFirst, NoNews
from shared.finance.payments import stripe_reads
from shared.finance.payments.charges import is_known, note_charge
from shared.finance.payments.declined_charges import note_decline
from shared.finance.payments.statements import PaymentSoFar, asks_of, payments_in
from shared.finance.payments.stripe_reads import IntentReading
from shared.infra.database.batch import SqlStatement
from shared.infra.database.raw_sql import Record
from shared.infra.gateway.charges import Charge, told_by
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context
from shared.infra.unit import Transaction


async def _read_intent(
    context: Context,
    event: VerifiedEvent,
    found: Sequence[Record],
) -> Apply | None:
    """Read the intent again; payment and order follow it."""
    if event.object_id is None or not found:
        return None
    payment = payments_in(found)[0]
    reading = await stripe_reads.read_intent_of(
        context.gateway, payment, event.object_id
    )
    return partial(_sync, reading)


async def _read_charge(
    context: Context,
    event: VerifiedEvent,
    found: Sequence[Record],
) -> Answer:
    """Read the charge again, unless we know what the event says of it; its transfer, fee and
    balance transaction are noted.
    """
    if not event.object_id or not found:
        return None  # spares a call to Stripe for what is not ours
    payments, told = payments_in(found), told_by(event)
    if told is not None and is_known(told, payments):
        return NoNews("what it says of the charge is known")
    read = await _charge_of(context, event, payments[0])
    if read is None:
        return None
    payment, charge = read
    return partial(_note, payment.id, charge)


async def _charge_of(
    context: Context,
    event: VerifiedEvent,
    said_of: PaymentSoFar,
) -> tuple[PaymentSoFar, Charge] | None:
    """The charge, and the payment that it is of: the one that the event says, if that is so."""
    try:
        charge = await context.gateway.charges.get(str(event.object_id))
    except StripeMissing:
        return None
    if charge.payment_intent == event.related_intent:
        return said_of, charge
    payment = await stripe_reads.payment_of(charge.payment_intent)
    return None if payment is None else (payment, charge)


async def _read_decline(
    context: Context,
    event: VerifiedEvent,
    found: Sequence[Record],
) -> Answer:
    """Read a charge again that took no money; it is counted for whoever tried the card."""
    if not event.object_id or not found:
        return None
    read = await _charge_of(context, event, payments_in(found)[0])
    if read is None:
        return None
    payment, charge = read
    if charge.paid:
        return NoNews("the charge took the money")
    return partial(_declined, payment.order_id, charge)


def _asks_of_object(event: VerifiedEvent) -> SqlStatement | None:
    return asks_of(event.object_id)


def _asks_of_charge(event: VerifiedEvent) -> SqlStatement | None:
    return asks_of(event.related_intent)


read_intent = LooksFirst(_asks_of_object, _read_intent)
read_charge = LooksFirst(_asks_of_charge, _read_charge)
read_decline = LooksFirst(_asks_of_charge, _read_decline)


async def _sync(reading: IntentReading, tx: Transaction) -> str:
    return f"payment is {await reading.sync(tx)}"


async def _declined(order_id: int, charge: Charge, tx: Transaction) -> str:
    is_over = await note_decline(tx, order_id, charge)
    return "no more cards are tried" if is_over else "decline noted"


async def _note(payment_id: int, charge: Charge, tx: Transaction) -> str:
    await note_charge(tx, payment_id, charge)
    return "charge noted"
