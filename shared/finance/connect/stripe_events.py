"""Events about connected accounts (the Connect endpoint)."""

from __future__ import annotations

from shared.core.domains import NOT_OURS
from shared.finance.connect import service
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context


async def sync(context: Context, event: VerifiedEvent) -> str:
    """Read the account again; the vendor's state follows it."""
    return "account read" if await _read_again(context, event) else NOT_OURS


async def deauthorize(_context: Context, event: VerifiedEvent) -> str:
    """The vendor took our access away: it can sell no more.

    Nothing can be read any more, so the event alone decides.
    """
    if not event.account:
        return NOT_OURS
    known = await service.deauthorize(event.account, at=event.created_at)
    return "access taken away" if known else NOT_OURS


async def authorize(context: Context, event: VerifiedEvent) -> str:
    """The vendor gave our access back, if its account can be read: it sells again, and what we owe
    it is sent.
    """
    if not event.account:
        return NOT_OURS
    known = await service.connect_again(context.gateway, event.account)
    return "access given back" if known else NOT_OURS


async def sync_settings(context: Context, event: VerifiedEvent) -> str:
    """Read the account's payout schedule again: ours follows, or Stripe's is set back."""
    return "schedule read" if await _read_again(context, event) else NOT_OURS


async def _read_again(context: Context, event: VerifiedEvent) -> bool:
    """Read the event's account with all that hangs on it; False when it is not ours."""
    if not event.account:
        return False
    return await service.sync_account_by_stripe_id(context.gateway, event.account)
