"""A vendor's payout plan and Stripe's schedule kept equal: the wish and its key are stored first, then Stripe is asked,
then our row follows what it answered. What somebody changed at Stripe is found by reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.core import clock
from shared.core.editing import ChangedMeanwhile, Look, unseen
from shared.core.errors import Invalid
from shared.core.ids import born
from shared.core.money import MAX_AMOUNT, Money
from shared.infra import unit
from shared.infra.audit.models import AuditEntry
from shared.infra.gateway.accounts import ExternalAccount
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import queue
from shared.infra.unit import Transaction
from shared.trade.vendors import configs, mirror, rules, schedules
from shared.trade.vendors.errors import PaymentNotConfigured
from shared.trade.vendors.models import VendorPaymentConfig
from shared.trade.vendors.rules import PayoutSchedule
from shared.trade.vendors.schedules import PayoutPlan

REQUESTED = "vendor.payout_schedule_requested"
CHANGED = "vendor.payout_schedule_changed"


@dataclass(frozen=True)
class PayoutTerms:
    """How a vendor is paid out, as pages and our scheduler see it. `banks` are where payouts go, by currency, as last read.

    `bank_hold_until` is None when nothing waits because of a changed bank, or no longer.
    """

    vendor_id: int
    account_id: str | None
    currency: str
    plan: PayoutPlan
    by_hand: bool
    held_at: datetime | None
    held_reason: str
    reserve_percentage: Decimal
    reserve_days: int
    payouts_enabled: bool
    banks: Mapping[str, ExternalAccount]
    bank_hold_until: datetime | None = None

    @property
    def minimum(self) -> Money:
        return Money(self.plan.minimum, self.currency)

    @property
    def bank(self) -> str:
        """The bank that the vendor's own currency goes to, by its last digits."""
        return words_of(self.banks.get(self.currency))

    @property
    def still(self) -> bool:
        """Whether nothing may leave now: the operator holds it back, or the bank changed lately."""
        return self.held_at is not None or self.bank_hold_until is not None

    @property
    def bank_errored(self) -> bool:
        """Whether payouts to that bank come back. Stripe said so of the account; nobody else may."""
        return returns(self.banks.get(self.currency))


def words_of(bank: ExternalAccount | None) -> str:
    """A bank account as people recognise it: the last digits."""
    return f"••{bank.last4}"[:40] if bank is not None else ""


def returns(bank: ExternalAccount | None) -> bool:
    """Whether payouts to it come back."""
    return bank is not None and rules.is_broken(bank.status)


def defaults(banks: Iterable[ExternalAccount]) -> dict[str, ExternalAccount]:
    """The account that payouts go to in each currency."""
    return {bank.currency: bank for bank in banks if bank.default_for_currency}


async def terms_of(vendor_id: int) -> PayoutTerms:
    """The vendor's terms; without an account as well. Raises PaymentNotConfigured when nothing was ever set up."""
    row = await VendorPaymentConfig.get_or_none(vendor_id=vendor_id)
    if row is None:
        raise PaymentNotConfigured
    waits = row.bank_hold_until is not None and row.bank_hold_until > clock.now()
    return PayoutTerms(
        vendor_id=vendor_id,
        account_id=None if row.deauthorized_at else row.stripe_account_id,
        currency=row.currency,
        plan=schedules.plan_of(row),
        by_hand=await schedules.by_hand(row, row.minimum_payout),
        held_at=row.payouts_held_at,
        held_reason=row.payouts_held_reason,
        reserve_percentage=row.reserve_percentage,
        reserve_days=row.reserve_days,
        payouts_enabled=row.payouts_enabled,
        banks=defaults(mirror.from_json(row.requirements).external_accounts),
        bank_hold_until=row.bank_hold_until if waits else None,
    )


async def choose(
    gateway: Gateway, *, vendor_id: int, plan: PayoutPlan, actor: str, look: Look[PayoutPlan] = unseen
) -> None:
    """The vendor's new plan, written through to Stripe. Raises StripeUnavailable, and what `look` does, with nothing changed."""
    account_id = await configs.account_of(vendor_id)
    if not 0 <= plan.minimum <= MAX_AMOUNT:
        raise Invalid("Enter a minimum from 0 up.", param="minimum_payout")
    try:
        await _write(gateway, vendor_id=vendor_id, account_id=account_id, plan=plan, actor=actor, look=look)
    except ChangedMeanwhile:
        async with unit.transaction() as tx:  # Stripe may have been asked by now, while another plan was saved here
            await _write_again(tx, vendor_id)
        raise


async def _write_again(tx: Transaction, vendor_id: int) -> None:
    """Have Stripe's schedule set to what our row asks for, by a job."""
    queue.enqueue(
        tx, "payouts.write_settings", {"vendor_id": vendor_id}, unique_key=f"payouts.write_settings:{vendor_id}"
    )


async def apply(gateway: Gateway, *, vendor_id: int, actor: str = "system") -> None:
    """Let Stripe's schedule be what our row asks for, after a hold, a reserve, or a change at Stripe. Nothing without an account."""
    row = await VendorPaymentConfig.get_or_none(vendor_id=vendor_id)
    if row is None or row.stripe_account_id is None or row.deauthorized_at is not None:
        return
    plan = schedules.plan_of(row)
    await _write(gateway, vendor_id=vendor_id, account_id=row.stripe_account_id, plan=plan, actor=actor)


async def _write(
    gateway: Gateway,
    *,
    vendor_id: int,
    account_id: str,
    plan: PayoutPlan,
    actor: str,
    look: Look[PayoutPlan] = unseen,
) -> None:
    async with unit.transaction() as tx:
        row = await configs.locked(tx, vendor_id)
        await look(schedules.plan_of(row))
        asked = schedules.settings_of(plan, by_hand=await schedules.by_hand(row, plan.minimum))
        key = await _write_down(tx, row, plan, asked, actor)
    answered = await gateway.balance_settings.update(account_id, asked, key=key)
    async with unit.transaction() as tx:
        row = await configs.locked(tx, vendor_id)
        await look(schedules.plan_of(row))  # another may have been saved while Stripe was asked
        if answered.interval == asked.interval:
            await _store(tx, row, plan, actor=actor, key=key)
        else:
            await _store_told(tx, row, answered, actor=actor, key=key)


async def _write_down(
    tx: Transaction, row: VendorPaymentConfig, plan: PayoutPlan, asked: PayoutSettings, actor: str
) -> str:
    subject = f"vendor:{row.vendor_id}"
    number = await AuditEntry.filter(subject=subject, action=REQUESTED).count() + 1
    key = f"vendor:{row.vendor_id}.{born(row.created_at)}:payout-schedule:{number}"
    tx.record(
        REQUESTED,
        actor=actor,
        subject=subject,
        vendor_id=row.vendor_id,
        schedule=plan.schedule.value,
        anchor=plan.day,
        minimum=plan.minimum,
        at_stripe=asked.interval,
        key=key,
    )
    return key


async def _store(tx: Transaction, row: VendorPaymentConfig, plan: PayoutPlan, *, actor: str, key: str) -> None:
    before = schedules.plan_of(row)
    after = PayoutPlan(plan.schedule, plan.day, plan.minimum)
    if before == after:
        return
    row.payout_schedule, row.payout_anchor, row.minimum_payout = after.schedule.value, after.anchor, after.minimum
    await row.save(update_fields=["payout_schedule", "payout_anchor", "minimum_payout"])
    tx.record(
        CHANGED,
        actor=actor,
        subject=f"vendor:{row.vendor_id}",
        vendor_id=row.vendor_id,
        before=_words(before, row.currency),
        after=_words(after, row.currency),
        key=key,
    )


def _words(plan: PayoutPlan, currency: str) -> str:
    day = f" on {plan.day}" if plan.day else ""
    least = f", from {Money(plan.minimum, currency)}" if plan.minimum else ""
    return f"{plan.schedule.value}{day}{least}"


async def _store_told(
    tx: Transaction, row: VendorPaymentConfig, answered: PayoutSettings, *, actor: str, key: str
) -> None:
    if (found := schedules.told(answered)) is not None:
        schedule, anchor = found
        await _store(tx, row, PayoutPlan(schedule, anchor, row.minimum_payout), actor=actor, key=key)


async def follow(vendor_id: int, settings: PayoutSettings) -> None:
    """Stripe's schedule was read: ours follows it, unless we make the payouts ourselves; then Stripe's is set back."""
    async with unit.transaction() as tx:
        row = await configs.locked(tx, vendor_id)
        ours = await schedules.by_hand(row, row.minimum_payout)
        found = schedules.told(settings)
        if ours != (found is None):
            await _write_again(tx, vendor_id)
        elif found is not None:
            plan = PayoutPlan(PayoutSchedule(found[0]), found[1], row.minimum_payout)
            await _store(tx, row, plan, actor="stripe", key="")
