"""Charges that took no money: counted, and what goes on too long is ended (orders/declines.py)."""

from __future__ import annotations

from shared.finance.payments.jobs import cancel_intents
from shared.infra.gateway.charges import Charge
from shared.infra.unit import Transaction
from shared.trade.orders import declines
from shared.trade.orders.declines import Decline
from shared.trade.orders.models import Checkout


async def note_decline(
    tx: Transaction,
    order_id: int,
    charge: Charge,
) -> bool:
    """Note it for the purchase of an order; whether its intents are cancelled, since too many cards
    were tried. With the intent goes the secret that a browser could go on with.
    """
    checkout = await Checkout.get(orders__id=order_id)
    decline = Decline(
        charge.id,
        charge.card_fingerprint,
        charge.failure_code,
    )
    is_over = await declines.note(checkout, decline)
    if is_over:
        once = cancel_intents.once(f"declines:{checkout.id}")
        once(tx, checkout_id=checkout.id)
    return is_over
