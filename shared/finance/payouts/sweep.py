"""Payouts found without any webhook: those under way, those that a bank may still return, and those
that others made; and what Stripe holds back of an account's money.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payouts import service, stripe_risk_reserves, sync
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import UNDER_WAY, PayoutState
from shared.infra import unit
from shared.infra.database.columns import numbers_in
from shared.infra.gateway.errors import StripeMissing, StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context, job, recurring

# Its own job asks before; this one goes on with what waited for a hold to end.
UNANSWERED = timedelta(hours=1)
# A payout takes days to arrive, and a bank five business days to return it.
LOOK_BACK = timedelta(days=21)


@recurring("payouts.sweep", every=timedelta(hours=1))
async def sweep_all(_context: Context) -> None:
    """Look at every account's payouts."""
    await run()


@job("payouts.sweep_account")
async def sweep_account(context: Context, vendor_id: int | None) -> None:
    """Look at one account's payouts; without a vendor at the platform's own."""
    await account(context.gateway, vendor_id)


async def run() -> None:
    """Put each account's sweep on the list, the platform's own among them."""
    connected = VendorPaymentConfig.filter(
        stripe_account_id__not_isnull=True, deauthorized_at=None
    )
    vendor_ids = await numbers_in(connected.order_by("id"), "vendor_id")
    async with unit.transaction() as tx:
        for vendor_id in (None, *vendor_ids):
            once = sweep_account.once(f"payouts.sweep_account:{vendor_id}")
            once(tx, vendor_id=vendor_id)


async def account(gateway: Gateway, vendor_id: int | None) -> int:
    """Bring all recent payouts of one account up to date; how many there were.

    Raises StripeUnavailable.
    """
    account_id = None
    if vendor_id is not None:
        account_id = await _account_of(vendor_id)
        if account_id is None:
            return 0
    try:
        since = clock.now() - LOOK_BACK
        recent = await gateway.payouts.list(account_id, since=since)
        await stripe_risk_reserves.look(
            gateway, vendor_id=vendor_id, account_id=account_id
        )
    except StripeRefused:  # access was taken away
        return 0
    for found in recent:
        await sync.take_in(
            gateway, vendor_id=vendor_id, account_id=account_id, found=found
        )
    await _ask_unanswered(gateway, vendor_id)
    older = await _under_way(vendor_id) - {found.id for found in recent}
    for payout_id in sorted(older):
        with suppress(StripeMissing):
            await sync.sync_payout(gateway, account_id, payout_id)
    return len(recent) + len(older)


async def _account_of(vendor_id: int) -> str | None:
    mine = VendorPaymentConfig.filter(vendor_id=vendor_id, deauthorized_at=None)
    config = await mine.first()
    return None if config is None else config.stripe_account_id


async def _ask_unanswered(gateway: Gateway, vendor_id: int | None) -> None:
    unanswered = Payout.filter(vendor_id=vendor_id, status=PayoutState.OPENING)
    old = unanswered.filter(created_at__lt=clock.now() - UNANSWERED)
    for row in await old.order_by("id"):
        await service.ask(gateway, row.id)


async def _under_way(vendor_id: int | None) -> set[str]:
    """Stripe's ids of the account's payouts that are under way."""
    states = [state.value for state in UNDER_WAY - {PayoutState.OPENING}]
    rows = Payout.filter(vendor_id=vendor_id, status__in=states)
    named = rows.filter(stripe_payout_id__not_isnull=True)
    return {str(row.stripe_payout_id) for row in await named}
