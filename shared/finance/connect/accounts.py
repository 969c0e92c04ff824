"""What Stripe says of a connected account, written into the vendor's row.

Inside the caller's transaction or in one of its own.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.connect import (
    bank_accounts,
    capabilities,
    requirements,
    rules,
    stored_requirements,
    verification,
)
from shared.finance.connect.events import PayoutSettingsRead
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.queries import config_view
from shared.finance.connect.rules import AccountFacts, AccountStatus
from shared.finance.connect.words import status_words
from shared.infra.gateway.accounts import StripeAccount
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.vendors.models import Vendor

log = logging.getLogger(__name__)

# Where nothing has worked yet, nothing can stop: the vendor stands before the form and sees how it
# goes.
_BEGINNING = (AccountStatus.NOT_CONFIGURED, AccountStatus.PENDING)


@frozen
class _Before:
    """How the account stood before a reading."""

    status: str
    accepts_payments: bool
    errored: bool

    @classmethod
    def of(cls, row: VendorPaymentConfig) -> _Before:
        return cls(
            row.stripe_account_status,
            row.accepts_payments,
            row.external_account_errored,
        )


def facts_of(account: StripeAccount) -> AccountFacts:
    """The part of an account that decides what the vendor may do."""
    return AccountFacts(
        charges_enabled=account.charges_enabled,
        payouts_enabled=account.payouts_enabled,
        details_submitted=account.details_submitted,
        transfers_active=account.transfers_active,
        disabled_reason=account.disabled_reason,
        currently_due=account.currently_due,
        past_due=account.past_due,
        pending_verification=account.pending_verification,
        external_account_errored=rules.payouts_have_nowhere_to_go(
            (e.currency, e.default_for_currency, e.status)
            for e in account.external_accounts
        ),
        ability_reason=capabilities.reason(
            capabilities.holding_back(account.abilities, account.charges_enabled)
        ),
    )


def describe(
    row: VendorPaymentConfig,
    account: StripeAccount,
    *,
    read_at: datetime,
) -> None:
    """Set the row's fields to what the account says; nothing is saved yet."""
    facts = facts_of(account)
    row.charges_enabled = facts.charges_enabled
    row.payouts_enabled = facts.payouts_enabled
    row.details_submitted = facts.details_submitted
    row.transfers_active = facts.transfers_active
    row.disabled_reason = (facts.disabled_reason or "")[:80] or None
    row.requirements = stored_requirements.to_json(account)
    row.external_account_errored = facts.external_account_errored
    row.current_deadline = account.current_deadline
    row.future_deadline = account.future_requirements.current_deadline
    row.stripe_account_status = rules.account_status(facts).value
    row.accepts_payments = rules.accepts_payments(facts)
    row.synced_at = read_at
    for code in _without_words(account):
        log.warning(
            "Stripe says %r of account %s: there are no words for it yet",
            code,
            account.id,
        )


def _without_words(account: StripeAccount) -> list[str]:
    """Codes that pages can only speak of in general: a release of ours should learn them."""
    later = account.future_requirements
    keys = {
        *account.currently_due,
        *account.past_due,
        *account.pending_verification,
        *later.currently_due,
    }
    unknown = {key for key in keys if not requirements.is_known(key)}
    errors = {error.code for error in (*account.errors, *later.errors)}
    unknown |= {code for code in errors if not verification.is_known_error(code)}
    reason = account.disabled_reason
    unknown |= (
        {reason} if reason and not verification.is_known_reason(reason) else set()
    )
    held = {c.disabled_reason for c in account.abilities if c.disabled_reason}
    return sorted(unknown | {code for code in held if not capabilities.is_known(code)})


@frozen
class AccountReading:
    """What Stripe says of a vendor's account, as read since `started`; `settings` None: it does not
    tell when it pays out (an account that is not that far yet).
    """

    vendor_id: int
    account: StripeAccount
    settings: PayoutSettings | None
    started: datetime

    async def store(self, tx: Transaction) -> None:
        """Let the vendor's row follow, unless a newer reading is stored or the vendor disconnected
        meanwhile.
        """
        row = await tx.lock_first(
            VendorPaymentConfig.filter(
                vendor_id=self.vendor_id, stripe_account_id=self.account.id
            )
        )
        if row is not None and _is_news(row, self.started):
            await _store(tx, row, self.account, read_at=self.started)
        if self.settings is not None:
            tx.emit(PayoutSettingsRead(self.vendor_id, self.settings))


async def read(
    gateway: Gateway,
    vendor_id: int,
    account_id: str,
) -> AccountReading:
    """Read a vendor's account and its payout schedule from Stripe.

    Raises StripeMissing where the vendor took our access away, and StripeUnavailable.
    """
    started = clock.now()
    account = await gateway.accounts.get(account_id)
    settings = await payout_settings(gateway, account_id)
    return AccountReading(vendor_id, account, settings, started)


async def payout_settings(
    gateway: Gateway,
    account_id: str,
) -> PayoutSettings | None:
    """Read when Stripe pays out; None when it does not tell."""
    try:
        return await gateway.balance_settings.get(account_id)
    except StripeRefused as refused:
        log.info("no payout schedule for %s: %s", account_id, refused.log)
        return None


def _is_news(
    row: VendorPaymentConfig,
    read_at: datetime,
) -> bool:
    is_newer = row.synced_at is None or row.synced_at <= read_at
    return row.deauthorized_at is None and is_newer


async def _store(
    tx: Transaction,
    row: VendorPaymentConfig,
    account: StripeAccount,
    *,
    read_at: datetime,
) -> None:
    before = _Before.of(row)
    known, submitted = bank_accounts.known_to(row), row.details_submitted
    async with tx.editing(row):
        describe(row, account, read_at=read_at)
        await bank_accounts.sync_banks(
            tx, row, account, known=known, submitted=submitted
        )
    await _audit_change(tx, row, before, actor="stripe")
    await _tell_what_stopped(tx, row, before)


async def disconnect(
    tx: Transaction,
    row: VendorPaymentConfig,
) -> None:
    """The vendor took our access away: the row, which the caller holds locked, takes no more
    payments.
    """
    before = _Before.of(row)
    async with tx.editing(row):
        row.deauthorized_at = clock.now()
        row.stripe_account_status = AccountStatus.INACTIVE.value
        row.charges_enabled = row.payouts_enabled = False
        row.transfers_active = row.accepts_payments = False
    await _audit_change(tx, row, before, actor="stripe", disconnected=True)
    await _tell_what_stopped(tx, row, before)


async def _tell_what_stopped(
    tx: Transaction,
    row: VendorPaymentConfig,
    before: _Before,
) -> None:
    """A mail when something that worked works no longer: payments, payouts, or the account as a
    whole.
    """
    status = AccountStatus(row.stripe_account_status)
    closed = status is AccountStatus.INACTIVE and before.status != status
    blocked = status is AccountStatus.RESTRICTED and before.status not in (
        *_BEGINNING,
        status,
    )
    stopped = before.accepts_payments and not row.accepts_payments
    returned = (
        row.external_account_errored and not before.errored and row.details_submitted
    )
    if not (closed or blocked or stopped or returned):
        return
    vendor = await Vendor.get(id=row.vendor_id)
    now = clock.now()
    config = config_view(row, vendor.country)
    key = f"vendor:{vendor.id}:stopped:{status.value}:{now.astimezone(UTC):%Y%m%dT%H%M%S.%f}"
    mail.post(
        tx,
        "account_stopped",
        to=vendor.business_email,
        unique_key=key,
        context={
            "vendor_name": vendor.name,
            "account_status": status_words(config),
            "accepts_payments": config.accepts_payments,
        },
    )


async def _audit_change(
    tx: Transaction,
    row: VendorPaymentConfig,
    before: _Before,
    *,
    actor: str,
    disconnected: bool = False,
) -> None:
    if _Before.of(row) == before and not disconnected:
        return
    tx.record(
        "vendor.account_changed",
        actor=actor,
        subject=f"vendor:{row.vendor_id}",
        vendor_id=row.vendor_id,
        status=row.stripe_account_status,
        accepts_payments=row.accepts_payments,
        before_status=before.status,
        before_accepts_payments=before.accepts_payments,
        **({"disconnected": True} if disconnected else {}),
    )
