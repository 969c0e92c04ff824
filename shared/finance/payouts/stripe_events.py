"""Events about payouts, and what Stripe holds back, of connected accounts and of the platform
itself.
"""

from __future__ import annotations

from functools import partial

from shared.core.domains import Answer, Apply, NoNews
from shared.core.frozen import frozen
from shared.finance.payouts import stripe_reads, stripe_risk_reserves, sync
from shared.finance.payouts.models import Payout
from shared.finance.payouts.statements import vendor_and_payout
from shared.finance.payouts.stripe_risk_reserves import Facts
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.gateway.payouts import StripePayout
from shared.infra.jobs import Context
from shared.infra.unit import Transaction


async def read_payout(context: Context, event: VerifiedEvent) -> Answer:
    """Read the payout again, on the account that the event names or the platform's own; our row
    follows.
    """
    if not event.object_id:
        return None
    vendor_id, account_id = None, event.account
    if account_id is not None:
        ours = await vendor_and_payout(account_id, event.object_id)
        if ours is None:
            return None
        vendor_id, known = ours
    else:
        known = await Payout.get_or_none(stripe_payout_id=event.object_id)
    try:
        found = await context.gateway.payouts.get(event.object_id, account=account_id)
        if known is not None and not sync.is_news(known, found):
            return NoNews(_said(known))
        more = await stripe_reads.read_more_of(
            context.gateway,
            known,
            vendor_id=vendor_id,
            account_id=account_id,
            found=found,
        )
    except StripeMissing:
        return None
    return _PayoutReading(vendor_id, account_id, found, more).store


@frozen
class _PayoutReading:
    """What Stripe says of a payout, and of which of our accounts."""

    vendor_id: int | None
    account_id: str | None
    found: StripePayout
    more: stripe_reads.More

    async def store(self, tx: Transaction) -> str:
        """Let our row follow."""
        row = await sync.store(tx, **vars(self))
        return _said(row)


def _said(row: Payout) -> str:
    return f"payout is {row.status}"


async def read_reserves(
    context: Context,
    event: VerifiedEvent,
) -> Apply | None:
    """Stripe put money of the event's account in reserve, or let some go: read that account's
    rows.
    """
    facts = await stripe_risk_reserves.read_reserves(context.gateway, event.account)
    return None if facts is None else partial(_post, facts)


async def _post(
    facts: Facts,
    tx: Transaction,
) -> str:
    found = await stripe_risk_reserves.post_new(tx, facts)
    return f"{found} new in Stripe's reserve"
