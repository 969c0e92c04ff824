"""A vendor's payout plan and Stripe's schedule kept equal.

Stripe is asked (writes.py), then our row follows its answer. What somebody changed at Stripe is found by reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.core import clock
from shared.core.editing import ChangedMeanwhile, Look, unseen
from shared.core.errors import Invalid
from shared.core.money import MAX_AMOUNT, Money
from shared.infra import unit
from shared.infra.gateway.accounts import ExternalAccount
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context, job
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.unit import Transaction
from shared.trade.vendors import banks, configs, mirror, schedules
from shared.trade.vendors.errors import PaymentNotConfigured
from shared.trade.vendors.events import PayoutTermsChanged
from shared.trade.vendors.models import VendorPaymentConfig
from shared.trade.vendors.rules import PayoutSchedule
from shared.trade.vendors.schedules import PayoutPlan
from shared.trade.vendors.writes import UpdatePayoutSettings, ask_for_plan

CHANGED = schedules.CHANGED


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
        return banks.words_of(self.banks.get(self.currency))

    @property
    def still(self) -> bool:
        """Whether nothing may leave now: the operator holds it back, or the bank changed lately."""
        return self.held_at is not None or self.bank_hold_until is not None

    @property
    def bank_errored(self) -> bool:
        """Whether payouts to that bank come back. Stripe said so of the account; nobody else may."""
        return banks.returns(self.banks.get(self.currency))


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
        banks=banks.defaults(mirror.from_json(row.requirements).external_accounts),
        bank_hold_until=row.bank_hold_until if waits else None,
    )


async def choose(
    gateway: Gateway,
    *,
    vendor_id: int,
    plan: PayoutPlan,
    actor: str,
    look: Look[PayoutPlan] = unseen,
) -> None:
    """The vendor's new plan, written through to Stripe.

    Raises what `look` does, and ChangedMeanwhile where another was saved while Stripe was asked:
    nothing is changed then. Raises StripeUnavailable: nothing is changed yet, and it goes through
    later unless another plan is asked for.
    """
    await configs.account_of(vendor_id)
    if not 0 <= plan.minimum <= MAX_AMOUNT:
        raise Invalid("Enter a minimum from 0 up.", param="minimum_payout")
    async with unit.transaction() as tx:
        row = await configs.locked(tx, vendor_id)
        await look(schedules.plan_of(row))
        write = await ask_for_plan(tx, row, plan, actor=actor)
    performed = await _perform(gateway, write)
    asked = UpdatePayoutSettings(**write.params)
    meant = asked.means(performed.answer or asked.asked)
    now = schedules.plan_of(await VendorPaymentConfig.get(vendor_id=vendor_id))
    if now != meant:
        await look(now)
        raise ChangedMeanwhile


async def apply(gateway: Gateway, *, vendor_id: int, actor: str = "system") -> None:
    """Let Stripe's schedule be what our row asks for. Nothing without an account."""
    async with unit.transaction() as tx:
        row = await tx.lock_first(VendorPaymentConfig.filter(vendor_id=vendor_id))
        if row is None or row.stripe_account_id is None or row.deauthorized_at is not None:
            return
        write = await ask_for_plan(tx, row, schedules.plan_of(row), actor=actor)
    await _perform(gateway, write)


async def _perform(gateway: Gateway, write: StripeWrite) -> writes.Performed:
    performed = await writes.perform(gateway, write.id)
    if performed.refusal is not None:
        raise performed.refusal
    return performed


async def follow(vendor_id: int, settings: PayoutSettings) -> None:
    """Stripe's schedule was read: ours follows it, unless we make the payouts ourselves; then Stripe's is set back."""
    async with unit.transaction() as tx:
        row = await configs.locked(tx, vendor_id)
        ours = await schedules.by_hand(row, row.minimum_payout)
        found = schedules.told(settings)
        if ours != (found is None):
            schedules.write_again(tx, vendor_id)
        elif found is not None:
            plan = PayoutPlan(PayoutSchedule(found[0]), found[1], row.minimum_payout)
            await schedules.store(tx, row, plan, actor="stripe", key="")


@job("payouts.write_settings")
async def write_settings(context: Context, vendor_id: int) -> None:
    """Let Stripe's schedule follow ours after a hold, a reserve, or a change at Stripe."""
    await apply(context.gateway, vendor_id=vendor_id)


async def on_payout_terms_changed(tx: Transaction, event: PayoutTermsChanged) -> None:
    """Write them to Stripe."""
    once = f"payouts.write_settings:{event.vendor_id}" if event.once else None
    write_settings.at(None, once=once)(tx, vendor_id=event.vendor_id)
