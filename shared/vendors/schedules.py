"""How often a vendor is paid out: our three words, Stripe's BalanceSettings, and the keys of the calls between them."""

from __future__ import annotations

import logging

from shared.audit import service as audit
from shared.audit.models import AuditEntry
from shared.gateway.seam import Gateway, PayoutSettings, StripeRefused
from shared.ids import born
from shared.vendors.models import VendorPaymentConfig
from shared.vendors.rules import PayoutSchedule

log = logging.getLogger(__name__)
REQUESTED = "vendor.payout_schedule_requested"
CHANGED = "vendor.payout_schedule_changed"


def settings_of(schedule: PayoutSchedule) -> PayoutSettings:
    """What Stripe is asked for: weekly is Mondays, monthly the first."""
    match schedule:
        case PayoutSchedule.WEEKLY:
            return PayoutSettings("weekly", weekly_days=("monday",))
        case PayoutSchedule.MONTHLY:
            return PayoutSettings("monthly", monthly_days=(1,))
        case PayoutSchedule.DAILY:
            return PayoutSettings("daily")


def schedule_of(settings: PayoutSettings) -> PayoutSchedule | None:
    """Our word for Stripe's interval; None for one that we do not offer (manual)."""
    return PayoutSchedule(settings.interval) if settings.interval in set(PayoutSchedule) else None


async def read(gateway: Gateway, account_id: str) -> PayoutSchedule | None:
    """The schedule as Stripe keeps it; None when it does not tell (an account that is not that far yet)."""
    try:
        return schedule_of(await gateway.get_payout_settings(account_id))
    except StripeRefused as refused:
        log.info("no payout schedule for %s: %s", account_id, refused.log)
        return None


async def write_down(row: VendorPaymentConfig, schedule: PayoutSchedule, actor: str) -> str:
    """Keep the wish and its idempotency key before Stripe is asked. The caller holds the row locked."""
    vendor_id = row.vendor_id
    subject = f"vendor:{vendor_id}"
    number = await AuditEntry.filter(subject=subject, action=REQUESTED).count() + 1
    key = f"vendor:{vendor_id}.{born(row.created_at)}:payout-schedule:{number}"
    await audit.record(REQUESTED, actor=actor, subject=subject, vendor_id=vendor_id, schedule=schedule.value, key=key)
    return key


async def store_answer(row: VendorPaymentConfig, answered: PayoutSettings, *, actor: str, key: str) -> None:
    """Follow what Stripe answered. The caller holds the row locked."""
    schedule = schedule_of(answered)
    if schedule is None or schedule.value == row.payout_schedule:
        return
    before, row.payout_schedule = row.payout_schedule, schedule.value
    await row.save(update_fields=["payout_schedule"])
    await audit.record(
        CHANGED,
        actor=actor,
        subject=f"vendor:{row.vendor_id}",
        vendor_id=row.vendor_id,
        before=before,
        after=schedule.value,
        key=key,
    )
