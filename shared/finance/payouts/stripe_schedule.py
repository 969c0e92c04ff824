"""A vendor's payout plan and Stripe's schedule kept equal.

Stripe is asked (settings_writes.py), then our row follows its answer. What somebody changed at
Stripe is found by reading.
"""

from __future__ import annotations

from shared.core.editing import ChangedMeanwhile, Look, unseen
from shared.core.money import MAX_AMOUNT
from shared.finance.connect import payment_configs
from shared.finance.connect.events import (
    AccountCreated,
    PayoutSettingsRead,
    PayoutTermsChanged,
)
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.rules import PayoutSchedule
from shared.finance.payouts import plans
from shared.finance.payouts.errors import MinimumBelowZero
from shared.finance.payouts.plans import PayoutPlan
from shared.finance.payouts.settings_writes import UpdatePayoutSettings, ask_for_plan
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context, job
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.attempts import Performed
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.unit import Transaction

CHANGED = plans.CHANGED


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
    await payment_configs.account_of(vendor_id)
    if not 0 <= plan.minimum <= MAX_AMOUNT:
        raise MinimumBelowZero
    async with unit.transaction() as tx:
        row = await payment_configs.locked(tx, vendor_id)
        await look(plans.plan_of(row))
        write = await ask_for_plan(tx, row, plan, actor=actor)
    performed = await _perform(gateway, write)
    asked = UpdatePayoutSettings(**write.params)
    meant = asked.means(performed.answer or asked.asked)
    now = plans.plan_of(await VendorPaymentConfig.get(vendor_id=vendor_id))
    if now != meant:
        await look(now)
        raise ChangedMeanwhile


async def apply(
    gateway: Gateway,
    *,
    vendor_id: int,
    actor: str = "system",
) -> None:
    """Let Stripe's schedule be what our row asks for. Nothing without an account."""
    async with unit.transaction() as tx:
        row = await tx.lock_first(VendorPaymentConfig.filter(vendor_id=vendor_id))
        if (
            row is None
            or row.stripe_account_id is None
            or row.deauthorized_at is not None
        ):
            return
        write = await ask_for_plan(tx, row, plans.plan_of(row), actor=actor)
    await _perform(gateway, write)


async def _perform(gateway: Gateway, write: StripeWrite) -> Performed:
    performed = await writes.perform(gateway, write.id)
    if performed.refusal is not None:
        raise performed.refusal
    return performed


async def on_account_created(tx: Transaction, event: AccountCreated) -> None:
    """Have Stripe told the schedule that we show."""
    row = await payment_configs.locked(tx, event.vendor_id)
    await ask_for_plan(tx, row, plans.plan_of(row), actor=event.actor)


async def on_payout_settings_read(tx: Transaction, event: PayoutSettingsRead) -> None:
    """Let ours follow Stripe's schedule, unless we make the payouts ourselves; then Stripe's is set
    back.
    """
    row = await payment_configs.locked(tx, event.vendor_id)
    is_manual = await plans.is_schedule_manual(row, row.minimum_payout)
    found = plans.told(event.settings)
    if is_manual != (found is None):
        plans.write_again(tx, event.vendor_id)
    elif found is not None:
        plan = PayoutPlan(
            PayoutSchedule(found[0]),
            found[1],
            row.minimum_payout,
        )
        await plans.store(tx, row, plan, actor="stripe", key="")


@job("payouts.write_settings")
async def write_settings(context: Context, vendor_id: int) -> None:
    """Let Stripe's schedule follow ours after a hold, a reserve, or a change at Stripe."""
    await apply(context.gateway, vendor_id=vendor_id)


async def on_payout_terms_changed(tx: Transaction, event: PayoutTermsChanged) -> None:
    """Write them to Stripe."""
    once = f"payouts.write_settings:{event.vendor_id}" if event.once else None
    write_settings.at(None, once=once)(tx, vendor_id=event.vendor_id)
