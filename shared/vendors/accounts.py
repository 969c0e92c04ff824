"""What Stripe says of a connected account, written into the vendor's row. Inside the caller's transaction or in one of its own."""

from __future__ import annotations

from datetime import datetime

from shared import clock
from shared.audit import service as audit
from shared.database import unit
from shared.gateway.seam import Account
from shared.vendors import rules
from shared.vendors.models import VendorPaymentConfig
from shared.vendors.rules import AccountFacts, AccountStatus, PayoutSchedule


def facts_of(account: Account) -> AccountFacts:
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
    )


def describe(row: VendorPaymentConfig, account: Account, *, read_at: datetime) -> None:
    """Set the row's fields to what the account says; nothing is saved yet."""
    facts = facts_of(account)
    row.charges_enabled = facts.charges_enabled
    row.payouts_enabled = facts.payouts_enabled
    row.details_submitted = facts.details_submitted
    row.transfers_active = facts.transfers_active
    row.disabled_reason = (facts.disabled_reason or "")[:80] or None
    row.requirements = {
        "currently_due": list(facts.currently_due),
        "past_due": list(facts.past_due),
        "pending_verification": list(facts.pending_verification),
        "current_deadline": account.current_deadline.isoformat() if account.current_deadline else None,
    }
    row.stripe_account_status = rules.account_status(facts).value
    row.accepts_payments = rules.accepts_payments(facts)
    row.synced_at = read_at


async def store_reading(
    vendor_id: int, account: Account, *, schedule: PayoutSchedule | None, read_at: datetime
) -> None:
    """Store a reading that began at `read_at`, unless a newer one is stored or the vendor disconnected meanwhile."""
    async with unit.transaction():
        row = await unit.locked(VendorPaymentConfig.filter(vendor_id=vendor_id, stripe_account_id=account.id))
        if row is None or row.deauthorized_at or (row.synced_at and row.synced_at > read_at):
            return
        before = (row.stripe_account_status, row.accepts_payments)
        describe(row, account, read_at=read_at)
        if schedule is not None:
            row.payout_schedule = schedule.value
        await row.save()
        await _audit_change(row, before, actor="stripe")


async def disconnect(row: VendorPaymentConfig) -> None:
    """The vendor took our access away: the row, which the caller holds locked, takes no more payments."""
    before = (row.stripe_account_status, row.accepts_payments)
    row.deauthorized_at = clock.now()
    row.stripe_account_status = AccountStatus.INACTIVE.value
    row.charges_enabled = row.payouts_enabled = row.transfers_active = row.accepts_payments = False
    await row.save()
    await _audit_change(row, before, actor="stripe", disconnected=True)


async def _audit_change(
    row: VendorPaymentConfig, before: tuple[str, bool], *, actor: str, disconnected: bool = False
) -> None:
    after = (row.stripe_account_status, row.accepts_payments)
    if after == before and not disconnected:
        return
    await audit.record(
        "vendor.account_changed",
        actor=actor,
        subject=f"vendor:{row.vendor_id}",
        vendor_id=row.vendor_id,
        status=after[0],
        accepts_payments=after[1],
        before_status=before[0],
        before_accepts_payments=before[1],
        **({"disconnected": True} if disconnected else {}),
    )
