"""What Stripe says of payments when it is read, and whose it is; nothing is changed here."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.finance.payments import sync
from shared.finance.payments.rules import PaymentState
from shared.finance.payments.statements import PaymentSoFar, payments_of
from shared.infra.gateway.charges import Charge
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_intents import PaymentIntent
from shared.infra.unit import Transaction


@frozen
class IntentReading:
    """What Stripe says of a payment's intent; None where the payment is over, and stays so."""

    payment_id: int
    state: PaymentState
    intent: PaymentIntent | None

    async def sync(self, tx: Transaction) -> PaymentState:
        """Let payment and order follow; the payment's state afterwards."""
        if self.intent is None:
            return self.state
        return await sync.sync_payment(tx, self.payment_id, self.intent)


async def read_intent(gateway: Gateway, intent_id: str) -> IntentReading | None:
    """Read the intent from Stripe; None when it is not ours. Raises StripeUnavailable."""
    payment = await payment_of(intent_id)
    return (
        None if payment is None else await read_intent_of(gateway, payment, intent_id)
    )


async def read_intent_of(
    gateway: Gateway,
    payment: PaymentSoFar,
    intent_id: str,
) -> IntentReading:
    """Read the intent of a payment from Stripe. Raises StripeUnavailable."""
    state = PaymentState(payment.status)
    if state in (PaymentState.REFUNDED, PaymentState.CANCELED):
        return IntentReading(payment.id, state, None)
    intent = await gateway.payment_intents.get(intent_id)
    return IntentReading(payment.id, state, intent)


async def read_charge(
    gateway: Gateway, charge_id: str
) -> tuple[PaymentSoFar, Charge] | None:
    """Read a charge from Stripe, with the payment that it is of; None when it is not ours."""
    charge = await gateway.charges.get(charge_id)
    payment = await payment_of(charge.payment_intent)
    return None if payment is None else (payment, charge)


async def payment_of(intent_id: str | None) -> PaymentSoFar | None:
    """The payment that has this intent; where several share it, the one that leads."""
    found = await payments_of(intent_id)
    return found[0] if found else None
