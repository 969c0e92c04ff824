"""Events about connected accounts (the Connect endpoint)."""

from __future__ import annotations

from functools import partial

from shared.core.domains import NOT_OURS, Apply
from shared.finance.connect import accounts, service
from shared.finance.connect.accounts import AccountReading
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.service import ConnectedReading
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context
from shared.infra.unit import Transaction


async def read_account(
    context: Context,
    event: VerifiedEvent,
) -> Apply | None:
    """Read the account again with all that hangs on it; the vendor's state follows it, and its
    payout schedule ours, or Stripe's is set back.
    """
    if not event.account:
        return None
    row = await VendorPaymentConfig.get_or_none(stripe_account_id=event.account)
    if row is None:
        return None
    if row.deauthorized_at is not None:
        return _passed_over
    reading = await accounts.read(context.gateway, row.vendor_id, event.account)
    is_schedule = event.type == "balance_settings.updated"
    return partial(_store, reading, "schedule read" if is_schedule else "account read")


async def _passed_over(_tx: Transaction) -> str:
    return "access was taken away before"


async def _store(
    reading: AccountReading,
    said: str,
    tx: Transaction,
) -> str:
    await reading.store(tx)
    return said


async def read_loss(
    _context: Context,
    event: VerifiedEvent,
) -> Apply | None:
    """The vendor took our access away: it can sell no more.

    Nothing can be read any more, so the event alone decides.
    """
    return partial(_lose, event) if event.account else None


async def _lose(
    event: VerifiedEvent,
    tx: Transaction,
) -> str:
    known = await service.disconnected(tx, str(event.account), at=event.created_at)
    return "access taken away" if known else NOT_OURS


async def read_return(
    context: Context,
    event: VerifiedEvent,
) -> Apply | None:
    """The vendor gave our access back, if its account can be read: it sells again, and what we owe
    it is sent.
    """
    if not event.account:
        return None
    back = await service.read_again(context.gateway, event.account)
    return None if back is None else partial(_return, back)


async def _return(
    back: ConnectedReading,
    tx: Transaction,
) -> str:
    await back.store(tx)
    return "access given back"
