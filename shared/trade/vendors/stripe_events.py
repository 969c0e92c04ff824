"""Events about connected accounts (the Connect endpoint)."""

from __future__ import annotations

from shared.core.domains import NOT_OURS
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context
from shared.trade.vendors import service


async def sync(context: Context, event: VerifiedEvent) -> str:
    """Read the account again; the vendor's state follows it."""
    if not event.account:
        return NOT_OURS
    return "account read" if await service.sync_account_by_stripe_id(context.gateway, event.account) else NOT_OURS


async def deauthorize(_context: Context, event: VerifiedEvent) -> str:
    """The vendor took our access away: it can sell no more. Nothing can be read any more, so the event alone decides."""
    if not event.account:
        return NOT_OURS
    known = await service.deauthorize(event.account, at=event.created_at)
    return "access taken away" if known else NOT_OURS


async def authorize(context: Context, event: VerifiedEvent) -> str:
    """The vendor gave our access back, if its account can be read: it sells again, and what we owe it is sent."""
    if not event.account:
        return NOT_OURS
    known = await service.connect_again(context.gateway, event.account)
    return "access given back" if known else NOT_OURS


async def follow_settings(context: Context, event: VerifiedEvent) -> str:
    """Read the account's payout schedule again: ours follows, or Stripe's is set back."""
    if not event.account:
        return NOT_OURS
    return "schedule read" if await service.sync_account_by_stripe_id(context.gateway, event.account) else NOT_OURS
