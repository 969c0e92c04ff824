"""What pages and the API may know of how vendors are paid: frozen read models, one query each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tortoise.expressions import Q

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.connect import stored_requirements
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.rules import AccountStatus, PayoutSchedule
from shared.infra.database.columns import texts_in
from shared.infra.database.paging import Paged, window_of
from shared.infra.database.searching import matching
from shared.infra.database.several import Found, Rows
from shared.infra.gateway.accounts import (
    Alternative,
    Capability,
    ExternalAccount,
    FutureRequirements,
    RequirementError,
)
from shared.trade.vendors.errors import PaymentNotConfigured, VendorNotFound
from shared.trade.vendors.models import Vendor

PAGE_SIZE = 50
CONFIG = Rows(
    VendorPaymentConfig,
    "t.vendor_id = ?",
)


def config_in(found: Found) -> VendorPaymentConfig:
    """A vendor's config, of what was read with CONFIG.

    Raises PaymentNotConfigured when nothing was ever set up.
    """
    row = found.one(CONFIG)
    if row is None:
        raise PaymentNotConfigured
    return row


@frozen
class PaymentConfigView:
    """How a vendor is paid, as its owner and its tokens may see it."""

    vendor_id: int
    stripe_account_id: str | None
    account_status: AccountStatus
    accepts_payments: bool
    currency: str
    platform_fee_percentage: Decimal
    payout_schedule: PayoutSchedule
    minimum_payout: Money
    currently_due: tuple[str, ...]
    past_due: tuple[str, ...]
    pending_verification: tuple[str, ...]
    disabled_reason: str | None
    country: str
    needs_onboarding: bool
    synced_at: datetime | None
    details_submitted: bool
    payouts_enabled: bool
    disconnected: bool
    current_deadline: datetime | None
    errors: tuple[RequirementError, ...]
    alternatives: tuple[Alternative, ...]
    future: FutureRequirements
    external_accounts: tuple[ExternalAccount, ...]
    external_account_errored: bool
    charges_enabled: bool = True
    abilities: tuple[Capability, ...] = ()


@frozen
class VendorRow:
    """A line of the operator's list of vendors."""

    id: int
    slug: str
    name: str
    country: str
    email: str
    is_open: bool
    account_status: AccountStatus
    accepts_payments: bool
    stripe_account_id: str | None
    currency: str
    platform_fee_percentage: Decimal
    created_at: datetime


@frozen
class VendorTrouble:
    """A vendor whose payouts do not go: the operator holds them, or its bank takes none."""

    vendor_id: int
    name: str
    held_at: datetime | None
    held_reason: str
    bank_errored: bool


@frozen(kw_only=True)
class VendorPage(Paged):
    """A page of the operator's list of vendors."""

    rows: tuple[VendorRow, ...]
    total: int


def config_view(row: VendorPaymentConfig, country: str) -> PaymentConfigView:
    """The read model of a payment config; `country` is the account's where there is one, else the
    vendor's.
    """
    due = stored_requirements.from_json(row.requirements)
    status = AccountStatus(row.stripe_account_status)
    return PaymentConfigView(
        vendor_id=row.vendor_id,
        stripe_account_id=row.stripe_account_id,
        account_status=status,
        accepts_payments=row.accepts_payments,
        currency=row.currency,
        platform_fee_percentage=row.platform_fee_percentage,
        payout_schedule=PayoutSchedule(row.payout_schedule),
        minimum_payout=Money(row.minimum_payout, row.currency),
        currently_due=due.currently_due,
        past_due=due.past_due,
        pending_verification=due.pending_verification,
        disabled_reason=row.disabled_reason,
        country=(row.account_request or {}).get("country") or country,
        needs_onboarding=status is not AccountStatus.ACTIVE,
        synced_at=row.synced_at,
        details_submitted=row.details_submitted,
        payouts_enabled=row.payouts_enabled,
        disconnected=row.deauthorized_at is not None,
        current_deadline=due.current_deadline,
        errors=due.errors,
        alternatives=due.alternatives,
        future=due.future,
        external_accounts=due.external_accounts,
        external_account_errored=row.external_account_errored,
        charges_enabled=row.charges_enabled,
        abilities=due.abilities,
    )


async def get_vendor_payment_config(vendor_id: int) -> PaymentConfigView:
    """How this vendor is paid. Raises PaymentNotConfigured when nothing was ever set up."""
    row = (
        await VendorPaymentConfig.filter(vendor_id=vendor_id)
        .select_related("vendor")
        .first()
    )
    if row is None:
        raise PaymentNotConfigured
    return config_view(row, row.vendor.country)


class Selling(StrEnum):
    """Whether shoppers can buy from a vendor, and what keeps them."""

    OPEN = "open"
    NOT_CONNECTED = "not_connected"  # it never connected with Stripe
    STOPPED = "stopped"  # its account takes no payments, not yet or no longer


async def selling(vendor_id: int) -> Selling:
    """Whether shoppers can buy from this vendor. One small query."""
    config = await VendorPaymentConfig.get_or_none(vendor_id=vendor_id).only(
        "accepts_payments", "stripe_account_id"
    )
    if config is None:
        return Selling.NOT_CONNECTED
    return selling_of(config.stripe_account_id, accepts=config.accepts_payments)


def selling_of(account_id: str | None, *, accepts: bool) -> Selling:
    """The same of a vendor whose account is this one."""
    if account_id is None:
        return Selling.NOT_CONNECTED
    return Selling.OPEN if accepts else Selling.STOPPED


def _config_of(vendor: Vendor) -> VendorPaymentConfig | None:
    row = getattr(
        vendor, "payment_config", None
    )  # the reverse side, loaded by select_related
    return row if isinstance(row, VendorPaymentConfig) else None


# What a line of the list says: reading whole vendors with their configs was half of its page.
_LINE = (
    "id",
    "slug",
    "name",
    "country",
    "business_email",
    "is_open",
    "created_at",
    "payment_config__stripe_account_status",
    "payment_config__accepts_payments",
    "payment_config__stripe_account_id",
    "payment_config__currency",
    "payment_config__platform_fee_percentage",
)


def _row(line: Sequence[Any]) -> VendorRow:
    """A vendor by the columns of `_LINE`; the last five are None where nothing was set up."""
    (id_, slug, name, country, email, is_open, created_at, *config) = line
    status, accepts, account_id, currency, percentage = config
    return VendorRow(
        id=id_,
        slug=slug,
        name=name,
        country=country,
        email=email,
        is_open=bool(is_open),
        account_status=AccountStatus(status or AccountStatus.NOT_CONFIGURED),
        accepts_payments=bool(accepts),
        stripe_account_id=account_id,
        currency=currency or "EUR",
        platform_fee_percentage=Decimal("2.50") if percentage is None else percentage,
        created_at=created_at,
    )


# What the operator may narrow the list down to: name -> which vendors.
FILTERS: Mapping[str, Q] = {
    "bank": Q(
        payment_config__deauthorized_at=None,
        payment_config__external_account_errored=True,
    ),
    "held": Q(payment_config__payouts_held_at__isnull=False)
    | Q(payment_config__bank_hold_until__isnull=False),
}


async def vendors_in_trouble() -> tuple[VendorTrouble, ...]:
    """Every vendor whose payouts are held or whose bank takes none, by name."""
    query = (
        Vendor.filter(FILTERS["bank"] | FILTERS["held"])
        .select_related("payment_config")
        .order_by("name", "id")
    )
    return tuple(
        _trouble(vendor, config)
        for vendor in await query
        if (config := _config_of(vendor))
    )


def _trouble(vendor: Vendor, config: VendorPaymentConfig) -> VendorTrouble:
    return VendorTrouble(
        vendor_id=vendor.id,
        name=vendor.name,
        held_at=config.payouts_held_at,
        held_reason=config.payouts_held_reason,
        bank_errored=config.external_account_errored and config.deauthorized_at is None,
    )


async def vendor_rows(
    *,
    page: int = 1,
    search: str = "",
    only: str | None = None,
) -> VendorPage:
    """The operator's list, newest first; `only` is a name of FILTERS.

    `search`: each of its words stands in name, tagline, city, slug or email.
    """
    query = (
        Vendor.filter(FILTERS[only])
        if only is not None and only in FILTERS
        else Vendor.all()
    )
    if search:
        query = query.filter(matching(search, "search", "search_contact"))
    shown = await window_of(query, page=page, size=PAGE_SIZE)
    rows = (
        await query.order_by("-id")
        .offset(shown.offset)
        .limit(shown.limit)
        .values_list(*_LINE)
    )
    return VendorPage(
        rows=tuple(_row(row) for row in rows),
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
        total=shown.total,
    )


async def vendor_row(vendor_id: int) -> VendorRow:
    """One line of the operator's list. Raises NotFound."""
    line = await Vendor.filter(id=vendor_id).first().values_list(*_LINE)
    if line is None:
        raise VendorNotFound
    return _row(line)


async def currencies_in_use() -> tuple[str, ...]:
    """The currencies that vendors sell in, by code."""
    query = VendorPaymentConfig.all().order_by("currency").distinct()
    return tuple(await texts_in(query, "currency"))
