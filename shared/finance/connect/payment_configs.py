"""A vendor's payment config: the locked row, the account behind it, the vendor's currency and its
commission.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.core.editing import Look, unseen
from shared.finance.connect.errors import (
    AccountDisconnected,
    CurrencyNotOffered,
    FeeOutOfRange,
    FeeTooFine,
)
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.queries import get_vendor_payment_config
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.catalogue.errors import CurrencyFixed
from shared.trade.catalogue.service import may_choose_currency
from shared.trade.vendors.countries import (
    CURRENCIES,
    default_currency,
    minimum_payout,
)
from shared.trade.vendors.errors import PaymentNotConfigured
from shared.trade.vendors.events import VendorSignedUp
from shared.trade.vendors.models import Vendor


async def on_vendor_signed_up(tx: Transaction, event: VendorSignedUp) -> None:
    """Give the new vendor its config, not yet connected to Stripe."""
    await tx.create(
        VendorPaymentConfig,
        vendor_id=event.vendor_id,
        **_first(event.country),
    )


def _first(country: str) -> dict[str, Any]:
    """What a config begins with."""
    currency = default_currency(country)
    return {"currency": currency, "minimum_payout": minimum_payout(currency)}


async def locked(tx: Transaction, vendor_id: int) -> VendorPaymentConfig:
    """The vendor's config row, locked; made when it is not there yet."""
    row = await tx.lock_first(VendorPaymentConfig.filter(vendor_id=vendor_id))
    if row is not None:
        return row
    vendor = await Vendor.get_or_none(id=vendor_id)
    if vendor is None:
        raise PaymentNotConfigured
    return await tx.lock_or_create(
        VendorPaymentConfig, _first(vendor.country), vendor_id=vendor_id
    )


async def account_of(vendor_id: int) -> str:
    """The Stripe account of a vendor that is connected.

    Raises PaymentNotConfigured, AccountDisconnected.
    """
    config = await get_vendor_payment_config(vendor_id)
    if config.disconnected:
        raise AccountDisconnected
    if config.stripe_account_id is None:
        raise PaymentNotConfigured
    return config.stripe_account_id


async def choose_currency(
    *,
    vendor_id: int,
    currency: str,
    actor: str,
) -> None:
    """Set the currency a vendor sells in. Raises CurrencyFixed once there are products."""
    code = currency.upper()
    if code not in CURRENCIES:
        raise CurrencyNotOffered
    async with unit.transaction() as tx:
        config = await tx.lock(
            VendorPaymentConfig, missing=PaymentNotConfigured, vendor_id=vendor_id
        )
        if config.currency == code:
            return
        if not await may_choose_currency(vendor_id):
            raise CurrencyFixed(param="currency")
        before = config.currency
        await tx.change(config, currency=code, minimum_payout=minimum_payout(code))
        tx.record(
            "vendor.currency_chosen",
            actor=actor,
            subject=f"vendor:{vendor_id}",
            vendor_id=vendor_id,
            before=before,
            after=code,
        )


async def set_platform_fee(
    *,
    vendor_id: int,
    percentage: Decimal,
    actor: str,
    look: Look[Mapping[str, Any]] = unseen,
) -> None:
    """The operator sets a vendor's commission; orders already placed keep theirs.

    Raises Invalid, and what `look` does.
    """
    if not percentage.is_finite() or not Decimal(0) <= percentage < Decimal(100):
        raise FeeOutOfRange
    if percentage != percentage.quantize(Decimal("0.01")):
        raise FeeTooFine
    async with unit.transaction() as tx:
        row = await locked(tx, vendor_id)
        before = row.platform_fee_percentage
        await look({"platform_fee_percentage": before})
        if before == percentage:
            return
        row.platform_fee_percentage = percentage
        await row.save(update_fields=["platform_fee_percentage"])
        tx.record(
            "vendor.platform_fee_changed",
            actor=actor,
            subject=f"vendor:{vendor_id}",
            vendor_id=vendor_id,
            before=str(before),
            after=str(percentage),
        )
