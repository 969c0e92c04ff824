"""Events about payouts, and what Stripe holds back, of connected accounts and of the platform
itself.
"""

from __future__ import annotations

from shared.core.domains import NOT_OURS
from shared.finance.payouts import stripe_risk_reserves, sync
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context


async def sync_payout(context: Context, event: VerifiedEvent) -> str:
    """Read the payout again, on the account that the event names or the platform's own, and let our
    row follow.
    """
    if not event.object_id:
        return NOT_OURS
    try:
        row = await sync.sync_payout(context.gateway, event.account, event.object_id)
    except StripeMissing:
        return NOT_OURS
    return NOT_OURS if row is None else f"payout is {row.status}"


async def sync_reserves(context: Context, event: VerifiedEvent) -> str:
    """Stripe put money of the event's account in reserve, or let some go: read that account's
    rows.
    """
    found = await stripe_risk_reserves.sync_reserves(context.gateway, event.account)
    return NOT_OURS if found is None else f"{found} new in Stripe's reserve"
