"""Events about payouts, of connected accounts and of the platform itself, and about how accounts are paid out."""

from __future__ import annotations

from shared.finance.payouts import stripe_reserves
from shared.finance.payouts.follow import follow
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs.queue import Context
from shared.trade.vendors import service

NOT_OURS = "not ours"


async def follow_payout(context: Context, event: VerifiedEvent) -> str:
    """Read the payout again, on the account that the event names or the platform's own, and let our row follow."""
    if not event.object_id:
        return NOT_OURS
    try:
        row = await follow(context.gateway, event.account, event.object_id)
    except StripeMissing:
        return NOT_OURS
    return NOT_OURS if row is None else f"payout is {row.status}"


async def follow_settings(context: Context, event: VerifiedEvent) -> str:
    """Read the account's payout schedule again: ours follows, or Stripe's is set back."""
    if not event.account:
        return NOT_OURS
    return "schedule read" if await service.sync_account_by_stripe_id(context.gateway, event.account) else NOT_OURS


async def follow_reserve(context: Context, event: VerifiedEvent) -> str:
    """Stripe put money of the event's account in reserve, or let some go: read that account's rows."""
    found = await stripe_reserves.follow(context.gateway, event.account)
    return NOT_OURS if found is None else f"{found} new in Stripe's reserve"
