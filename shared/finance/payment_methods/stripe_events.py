"""Events about shoppers' saved payment methods, their setups and customers (the platform's
endpoint).
"""

from __future__ import annotations

from shared.core.domains import NOT_OURS
from shared.finance.payment_methods import sync
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context


async def sync_methods(context: Context, event: VerifiedEvent) -> str:
    """Read again what the customer holds that the event is about; of one that was deleted, that it
    was.
    """
    customer_id = (
        event.object_id if event.object_type == "customer" else event.related_customer
    )
    if customer_id is None or not await sync.sync_methods(context.gateway, customer_id):
        return NOT_OURS
    return "saved methods read again"
