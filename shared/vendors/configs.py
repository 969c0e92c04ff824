"""A vendor's payment config: the locked row, and the account behind it."""

from __future__ import annotations

from tortoise.exceptions import IntegrityError

from shared.database import unit
from shared.vendors.countries import default_currency, minimum_payout
from shared.vendors.errors import AccountDisconnected, PaymentNotConfigured
from shared.vendors.models import Vendor, VendorPaymentConfig
from shared.vendors.queries import get_vendor_payment_config


async def locked(vendor_id: int) -> VendorPaymentConfig:
    """The vendor's config row, locked; made when it is not there yet."""
    row = await unit.locked(VendorPaymentConfig.filter(vendor_id=vendor_id))
    if row is not None:
        return row
    vendor = await Vendor.get_or_none(id=vendor_id)
    if vendor is None:
        raise PaymentNotConfigured
    currency = default_currency(vendor.country)
    try:
        async with unit.transaction():
            await VendorPaymentConfig.create(vendor=vendor, currency=currency, minimum_payout=minimum_payout(currency))
    except IntegrityError:
        pass  # someone else made it a moment ago
    row = await unit.locked(VendorPaymentConfig.filter(vendor_id=vendor_id))
    if row is None:
        raise PaymentNotConfigured
    return row


async def account_of(vendor_id: int) -> str:
    """The Stripe account of a vendor that is connected. Raises PaymentNotConfigured, AccountDisconnected."""
    config = await get_vendor_payment_config(vendor_id)
    if config.disconnected:
        raise AccountDisconnected
    if config.stripe_account_id is None:
        raise PaymentNotConfigured
    return config.stripe_account_id
