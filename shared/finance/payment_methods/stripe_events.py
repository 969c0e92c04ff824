"""Events about shoppers' saved payment methods, their setups and customers (the platform's
endpoint).
"""

from __future__ import annotations

from functools import partial

from shared.core.domains import Apply
from shared.finance.payment_methods import sync
from shared.finance.payment_methods.sync import MethodsReading
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context
from shared.infra.unit import Transaction


async def read_methods(
    context: Context,
    event: VerifiedEvent,
) -> Apply | None:
    """Read again what the customer holds that the event is about; of one that was deleted, that it
    was.
    """
    customer_id = (
        event.object_id if event.object_type == "customer" else event.related_customer
    )
    if customer_id is None:
        return None
    reading = await sync.read_methods(context.gateway, customer_id)
    return None if reading is None else partial(_store, reading)


async def _store(
    reading: MethodsReading,
    tx: Transaction,
) -> str:
    await reading.store(tx)
    return "saved methods read again"
