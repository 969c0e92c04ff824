"""Vendors join, connect Stripe and change how they are paid.

One Stripe account per vendor, whatever is clicked twice or crashes.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.core.errors import Conflict, Invalid
from shared.core.ids import born, slugify
from shared.infra import unit
from shared.infra.gateway.accounts import AccountDetails
from shared.infra.gateway.errors import StripeMissing, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes import service as writes
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import today
from shared.trade.people import registration
from shared.trade.people.queries import require_confirmed
from shared.trade.vendors import accounts, closing, configs, payout_settings, schedules
from shared.trade.vendors.countries import COUNTRIES, default_currency, minimum_payout
from shared.trade.vendors.errors import AccountDisconnected, UnsupportedCountry
from shared.trade.vendors.events import ConnectedAgain
from shared.trade.vendors.models import Vendor, VendorPaymentConfig
from shared.trade.vendors.queries import PaymentConfigView, get_vendor_payment_config
from shared.trade.vendors.writes import CreateAccount, UpdatePayoutSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignedUp:
    """A new vendor and its owner."""

    member_id: int
    vendor_id: int


async def sign_up(
    *, email: str, password: str, full_name: str, business_name: str, country: str, confirmed: bool = False
) -> SignedUp:
    """A new vendor with its owner, not yet connected to Stripe; or nothing at all when the address is taken.

    `confirmed`: somebody vouches for the address; else its owner confirms it before the shop can sell.
    """
    code = country.upper()
    if code not in COUNTRIES:
        raise UnsupportedCountry(param="country")
    currency = default_currency(code)
    login = await registration.credentials(email, password, about=(full_name, business_name))
    async with unit.transaction() as tx:
        vendor = await _new_vendor(tx, business_name.strip(), email.strip().lower(), code, is_open=confirmed)
        least = minimum_payout(currency)
        await tx.create(VendorPaymentConfig, vendor=vendor, currency=currency, minimum_payout=least)
        member = await registration.add_member(
            tx, login, full_name=full_name, role="owner", vendor_id=vendor.id, confirmed=confirmed
        )
        tx.record("vendor.signed_up", actor=f"member:{member.id}", subject=f"vendor:{vendor.id}", vendor_id=vendor.id)
    return SignedUp(member.id, vendor.id)


async def _new_vendor(tx: Transaction, name: str, email: str, country: str, *, is_open: bool) -> Vendor:
    """A vendor under the first free address part made of its name."""
    base = slugify(name)[:50].strip("-") or "shop"
    for _ in range(5):
        taken = {str(s) for s in await Vendor.filter(slug__startswith=base).values_list("slug", flat=True)}
        slug = next(s for s in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)
        try:
            async with tx.savepoint():
                return await Vendor.create(slug=slug, name=name, business_email=email, country=country, is_open=is_open)
        except IntegrityError:
            continue  # someone took it a moment ago
    raise Conflict("That shop name was just taken. Please try another one.", param="business_name")


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
        raise performed.refusal or StripeUnavailable(log="the account was refused to somebody else just now")
    await _begin_with_schedule(gateway, vendor_id)
    return performed.stripe_id


async def _write_down(vendor_id: int, details: AccountDetails, actor: str) -> tuple[str | None, int]:
    """Stripe's id of the account, or else the write that makes it."""
    async with unit.transaction() as tx:
        row = await configs.locked(tx, vendor_id)
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
            tx.record("vendor.account_requested", actor=actor, subject=f"vendor:{vendor_id}", vendor_id=vendor_id)
        else:
            write = await writes.latest(f"vendor:{vendor_id}", CreateAccount)
            if write is not None:
                return None, int(write.id)
        request = dict(row.account_request)
        asked = CreateAccount(vendor_id, request, actor, mark=str(row.stripe_account_key))
        # One of before there were rows of writes was asked at some time since.
        asked_at = None if is_new else row.created_at
        return None, int((await writes.open_write(tx, asked, asked_at=asked_at)).id)


async def _begin_with_schedule(gateway: Gateway, vendor_id: int) -> None:
    """Tell Stripe the schedule we show; when that fails, the account stands and its job goes on."""
    write = await writes.latest(f"vendor:{vendor_id}", UpdatePayoutSettings)
    if write is None:
        return
    try:
        await writes.perform(gateway, write.id)
    except StripeUnavailable as problem:
        log.warning("vendor %s: payout schedule not written through: %s", vendor_id, problem.log)


async def create_onboarding_link(gateway: Gateway, *, vendor_id: int, public_url: str, actor: str = "system") -> str:
    """A fresh single-use address of the hosted onboarding. Redirect to it at once; it is never stored, and its making audited."""
    await require_confirmed(vendor_id, to="connect with Stripe")
    link = await gateway.account_links.create(
        await configs.account_of(vendor_id),
        refresh_url=f"{public_url}/vendor/admin/payments/refresh",
        return_url=f"{public_url}/vendor/admin/payments/success",
    )
    async with unit.transaction() as tx:
        tx.record("vendor.onboarding_opened", actor=actor, subject=f"vendor:{vendor_id}", vendor_id=vendor_id)
    return link


async def create_dashboard_link(gateway: Gateway, *, vendor_id: int, actor: str = "system") -> str:
    """A fresh single-use address of the vendor's own Stripe dashboard; never stored, and its making audited."""
    link = await gateway.accounts.create_login_link(await configs.account_of(vendor_id))
    async with unit.transaction() as tx:
        tx.record("vendor.dashboard_opened", actor=actor, subject=f"vendor:{vendor_id}", vendor_id=vendor_id)
    return link


async def sync_account(gateway: Gateway, *, vendor_id: int) -> PaymentConfigView:
    """Read the account and its payout schedule from Stripe and store them; a reading older than the stored one is dropped."""
    config = await get_vendor_payment_config(vendor_id)
    if config.stripe_account_id is None or config.disconnected:
        return config
    started = clock.now()
    account = await gateway.accounts.get(config.stripe_account_id)
    settings = await schedules.read(gateway, config.stripe_account_id)
    await accounts.store_reading(vendor_id, account, schedule=None, read_at=started)
    if settings is not None:
        await payout_settings.follow(vendor_id, settings)
    return await get_vendor_payment_config(vendor_id)


async def sync_account_by_stripe_id(gateway: Gateway, account_id: str) -> bool:
    """The same for an account that Stripe named in an event. False: it is none of ours."""
    row = await VendorPaymentConfig.get_or_none(stripe_account_id=account_id)
    if row is None:
        return False
    await sync_account(gateway, vendor_id=row.vendor_id)
    return True


async def deauthorize(account_id: str, *, at: datetime | None = None) -> bool:
    """The vendor disconnected us (`at`): no more payments for it. Older news than its return is passed over.

    False: the account is none of ours.
    """
    async with unit.transaction() as tx:
        row = await tx.lock_first(VendorPaymentConfig.filter(stripe_account_id=account_id))
        if row is None:
            return False
        back = row.connected_again_at
        if row.deauthorized_at is None and not (at and back and at <= back):
            await accounts.disconnect(tx, row)
    return True


async def connect_again(gateway: Gateway, account_id: str) -> bool:
    """The vendor let us in again, if Stripe lets us read its account: it sells again, and gets what waited for it.

    False: the account is none of ours, or still closed to us.
    """
    row = await VendorPaymentConfig.get_or_none(stripe_account_id=account_id)
    if row is None:
        return False
    if row.deauthorized_at is not None:
        try:
            await gateway.accounts.get(account_id)
        except StripeMissing:
            return False
        async with unit.transaction() as tx:
            gone = {"deauthorized_at": row.deauthorized_at}
            moved = await tx.change(row, where=gone, deauthorized_at=None, connected_again_at=clock.now())
            if moved:
                subject = f"vendor:{row.vendor_id}"
                tx.record("vendor.connected_again", actor="stripe", subject=subject, vendor_id=row.vendor_id)
                tx.emit(ConnectedAgain(row.vendor_id))
    await sync_account(gateway, vendor_id=row.vendor_id)
    return True


async def open_shop(*, vendor_id: int, actor: str) -> None:
    """Show the vendor's shop to shoppers. Raises EmailNotConfirmed."""
    await require_confirmed(vendor_id, to="open your shop")
    async with unit.transaction() as tx:
        row = await tx.lock_first(Vendor.filter(id=vendor_id, is_open=False))
        if row is None:
            return
        row.is_open, row.closed_until = True, None
        await row.save(update_fields=["is_open", "closed_until"])
        tx.record("vendor.shop_opened", actor=actor, subject=f"vendor:{vendor_id}", vendor_id=vendor_id)


async def close_shop(
    *, vendor_id: int, until: date | None = None, actor: str, look: Look[Mapping[str, Any]] = unseen
) -> None:
    """Sell nothing for a while; orders already placed go on. Called again, it names another day.

    On `until`, a day of the marketplace's time zone, the shop opens by itself (job `vendors.open_again`); without one it
    stays closed. Raises Invalid for a day that is past or too far off, and what `look` does.
    """
    wrong = closing.problem(until, await today())
    if wrong:
        raise Invalid(wrong, param="until")
    async with unit.transaction() as tx:
        row = await tx.lock_first(Vendor.filter(id=vendor_id))
        if row is None:
            return
        await look({"until": row.closed_until})
        if not row.is_open and row.closed_until == until:
            return
        row.is_open, row.closed_until = False, until
        await row.save(update_fields=["is_open", "closed_until"])
        told = {"until": until.isoformat()} if until else {}
        tx.record("vendor.shop_closed", actor=actor, subject=f"vendor:{vendor_id}", vendor_id=vendor_id, **told)
