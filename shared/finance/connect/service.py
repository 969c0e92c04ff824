"""Vendors connect Stripe, leave it and come back; what Stripe says of their accounts is read again.

One Stripe account per vendor, whatever is clicked twice or crashes.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.ids import born
from shared.finance.connect import accounts, payment_configs
from shared.finance.connect.accounts import AccountReading
from shared.finance.connect.errors import AccountDisconnected
from shared.finance.connect.events import ConnectedAgain
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.queries import PaymentConfigView, get_vendor_payment_config
from shared.finance.connect.writes import CreateAccount
from shared.infra import unit
from shared.infra.gateway.accounts import AccountDetails
from shared.infra.gateway.errors import StripeMissing, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes import service as writes
from shared.infra.unit import Transaction
from shared.trade.people.queries import require_confirmed
from shared.trade.vendors.countries import COUNTRIES
from shared.trade.vendors.errors import UnsupportedCountry

log = logging.getLogger(__name__)


async def setup_payments(
    gateway: Gateway,
    *,
    vendor_id: int,
    details: AccountDetails,
    actor: str,
) -> str:
    """The vendor's Stripe account id: made on the first call, the same one ever after.

    Later `details` change nothing. Raises StripeRefused (other details may be given then) and
    StripeUnavailable (it is made later, or by the same call).
    """
    if details.country not in COUNTRIES:
        raise UnsupportedCountry(param="country")
    await require_confirmed(vendor_id, to="connect with Stripe")
    account_id, write_id = await _write_down(vendor_id, details, actor)
    if account_id is not None:
        return account_id
    performed = await writes.perform(gateway, write_id)
    if performed.stripe_id is None:
        raise performed.refusal or StripeUnavailable(
            log="the account was refused to somebody else just now"
        )
    await _perform_what_waits(gateway, vendor_id)
    return performed.stripe_id


async def _write_down(
    vendor_id: int,
    details: AccountDetails,
    actor: str,
) -> tuple[str | None, int]:
    """Stripe's id of the account, or else the write that makes it."""
    async with unit.transaction() as tx:
        row = await payment_configs.locked(tx, vendor_id)
        if row.deauthorized_at:
            raise AccountDisconnected
        if row.stripe_account_id is not None:
            return row.stripe_account_id, 0
        is_new = not row.account_request
        if is_new:
            first = f"vendor:{vendor_id}.{born(row.created_at)}:account:1"
            row.stripe_account_key = row.stripe_account_key or first
            row.account_request = asdict(details)
            await row.save(update_fields=["stripe_account_key", "account_request"])
            tx.record(
                "vendor.account_requested",
                actor=actor,
                subject=f"vendor:{vendor_id}",
                vendor_id=vendor_id,
            )
        else:
            write = await writes.latest(f"vendor:{vendor_id}", CreateAccount)
            if write is not None:
                return None, int(write.id)
        request = dict(row.account_request)
        asked = CreateAccount(
            vendor_id, request, actor, mark=str(row.stripe_account_key)
        )
        # One of before there were rows of writes was asked at some time since.
        asked_at = None if is_new else row.created_at
        return None, int((await writes.open_write(tx, asked, asked_at=asked_at)).id)


async def _perform_what_waits(
    gateway: Gateway,
    vendor_id: int,
) -> None:
    """Perform what others write of a new account; when that fails, the account stands and their
    jobs go on.
    """
    for write in await writes.waiting(f"vendor:{vendor_id}"):
        try:
            await writes.perform(gateway, write.id)
        except StripeUnavailable as problem:
            log.warning(
                "vendor %s: %s is not through yet: %s",
                vendor_id,
                write.operation,
                problem.log,
            )


async def create_onboarding_link(
    gateway: Gateway,
    *,
    vendor_id: int,
    refresh_url: str,
    return_url: str,
    actor: str = "system",
) -> str:
    """A fresh single-use address of the hosted onboarding.

    Redirect to it at once; it is never stored, and its making audited.

    Stripe sends the vendor to `return_url` afterwards, and to `refresh_url` when the address was
    used or is too old.
    """
    await require_confirmed(vendor_id, to="connect with Stripe")
    link = await gateway.account_links.create(
        await payment_configs.account_of(vendor_id),
        refresh_url=refresh_url,
        return_url=return_url,
    )
    async with unit.transaction() as tx:
        tx.record(
            "vendor.onboarding_opened",
            actor=actor,
            subject=f"vendor:{vendor_id}",
            vendor_id=vendor_id,
        )
    return link


async def create_dashboard_link(
    gateway: Gateway,
    *,
    vendor_id: int,
    actor: str = "system",
) -> str:
    """A fresh single-use address of the vendor's own Stripe dashboard; never stored, and its making
    audited.
    """
    link = await gateway.accounts.create_login_link(
        await payment_configs.account_of(vendor_id)
    )
    async with unit.transaction() as tx:
        tx.record(
            "vendor.dashboard_opened",
            actor=actor,
            subject=f"vendor:{vendor_id}",
            vendor_id=vendor_id,
        )
    return link


async def sync_account(
    gateway: Gateway,
    *,
    vendor_id: int,
) -> PaymentConfigView:
    """Read the account and its payout schedule from Stripe and store them; a reading older than the
    stored one is dropped.
    """
    config = await get_vendor_payment_config(vendor_id)
    if config.stripe_account_id is None or config.disconnected:
        return config
    reading = await accounts.read(gateway, vendor_id, config.stripe_account_id)
    async with unit.transaction() as tx:
        await reading.store(tx)
    return await get_vendor_payment_config(vendor_id)


async def sync_account_by_stripe_id(
    gateway: Gateway,
    account_id: str,
) -> bool:
    """The same for an account that Stripe named in an event. False: it is none of ours."""
    row = await VendorPaymentConfig.get_or_none(stripe_account_id=account_id)
    if row is None:
        return False
    await sync_account(gateway, vendor_id=row.vendor_id)
    return True


async def deauthorize(
    account_id: str,
    *,
    at: datetime | None = None,
) -> bool:
    """The vendor disconnected us (`at`): no more payments for it.

    Older news than its return is passed over.

    False: the account is none of ours.
    """
    async with unit.transaction() as tx:
        return await disconnected(tx, account_id, at=at)


async def disconnected(
    tx: Transaction,
    account_id: str,
    *,
    at: datetime | None,
) -> bool:
    """Do the same as `deauthorize` in the caller's transaction."""
    row = await tx.lock_first(VendorPaymentConfig.filter(stripe_account_id=account_id))
    if row is None:
        return False
    back = row.connected_again_at
    if row.deauthorized_at is None and not (at and back and at <= back):
        await accounts.disconnect(tx, row)
    return True


async def connect_again(
    gateway: Gateway,
    account_id: str,
) -> bool:
    """The vendor let us in again, if Stripe lets us read its account: it sells again, and gets what
    waited for it.

    False: the account is none of ours, or still closed to us.
    """
    back = await read_again(gateway, account_id)
    if back is None:
        return False
    async with unit.transaction() as tx:
        await back.store(tx)
    return True


@frozen
class ConnectedReading:
    """An account that can be read; `gone`: when the vendor had taken our access away, if it had."""

    reading: AccountReading
    gone: datetime | None

    async def store(self, tx: Transaction) -> None:
        """Let the vendor sell again, and its row follow."""
        vendor_id = self.reading.vendor_id
        row = await tx.lock(VendorPaymentConfig, vendor_id=vendor_id)
        if self.gone is not None and row.deauthorized_at == self.gone:
            await tx.change(row, deauthorized_at=None, connected_again_at=clock.now())
            subject = f"vendor:{vendor_id}"
            tx.record(
                "vendor.connected_again",
                actor="stripe",
                subject=subject,
                vendor_id=vendor_id,
            )
            tx.emit(ConnectedAgain(vendor_id))
        await self.reading.store(tx)


async def read_again(
    gateway: Gateway,
    account_id: str,
) -> ConnectedReading | None:
    """Read an account that may have been closed to us; None where it still is, and for one that is
    none of ours.
    """
    row = await VendorPaymentConfig.get_or_none(stripe_account_id=account_id)
    if row is None:
        return None
    try:
        reading = await accounts.read(gateway, row.vendor_id, account_id)
    except StripeMissing:
        if row.deauthorized_at is None:
            raise
        return None
    return ConnectedReading(reading, row.deauthorized_at)
