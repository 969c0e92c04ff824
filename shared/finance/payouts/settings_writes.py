"""What we ask Stripe about a vendor's payouts: when its account is paid out by itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar, Literal

from shared.core.frozen import frozen
from shared.core.ids import born
from shared.finance.connect import payment_configs
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payouts import plans
from shared.finance.payouts.plans import PayoutPlan
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.operations import Operation
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction

REQUESTED = "vendor.payout_schedule_requested"


@frozen
class UpdatePayoutSettings(Operation[PayoutSettings, None]):
    """Stripe's payout schedule of a vendor, as our plan `wanted` has it instead of `before`.

    Nobody wants it any more once another one was asked for: the newest counts.
    """

    name: ClassVar[str] = "balance_settings.update"

    vendor_id: int
    account_id: str
    wanted: dict[str, Any]
    before: dict[str, Any]
    by_hand: bool
    actor: str
    mark: str
    number: int

    @property
    def key(self) -> str:
        return f"{self.mark}:{self.number}"

    @property
    def subject(self) -> str:
        return f"vendor:{self.vendor_id}"

    @property
    def asked(self) -> PayoutSettings:
        """What Stripe is asked for."""
        return plans.settings_of(plans.plan_from(self.wanted), by_hand=self.by_hand)

    def id_of(self, answer: PayoutSettings) -> str:
        return self.account_id

    def means(self, answer: PayoutSettings) -> PayoutPlan:
        """Return our plan as Stripe's answer has it: as asked for, unless Stripe made another of
        it.
        """
        if answer.interval == self.asked.interval:
            return plans.plan_from(self.wanted)
        before, found = plans.plan_from(self.before), plans.told(answer)
        return (
            before
            if found is None
            else PayoutPlan(
                found[0],
                found[1],
                before.minimum,
            )
        )

    async def plan(
        self, tx: Transaction, facts: None
    ) -> UpdatePayoutSettings | Literal[WriteState.SUPERSEDED] | None:
        row = await payment_configs.locked(tx, self.vendor_id)
        is_there = (
            row.stripe_account_id == self.account_id and row.deauthorized_at is None
        )
        return self if is_there and await self._is_newest() else WriteState.SUPERSEDED

    async def send(self, gateway: Gateway, key: str) -> PayoutSettings:
        return await gateway.balance_settings.update(
            self.account_id, self.asked, key=key
        )

    async def find(self, gateway: Gateway) -> PayoutSettings | None:
        found = await gateway.balance_settings.get(self.account_id)
        is_so = (found.interval, found.weekly_days, found.monthly_days) == (
            self.asked.interval,
            self.asked.weekly_days,
            self.asked.monthly_days,
        )
        return found if is_so else None

    async def answered(
        self,
        tx: Transaction,
        answer: PayoutSettings,
        more: None,
    ) -> None:
        """Our plan follows; where another was saved meanwhile, Stripe's schedule follows that
        one.
        """
        row = await payment_configs.locked(tx, self.vendor_id)
        known = [plans.plan_from(each) for each in (self.before, self.wanted)]
        if plans.plan_of(row) in known and await self._is_newest():
            await plans.store(
                tx,
                row,
                self.means(answer),
                actor=self.actor,
                key=self.key,
            )
        else:
            plans.write_again(tx, self.vendor_id)

    async def refused(self, tx: Transaction, refusal: StripeRefused) -> None:
        """Nothing was changed; whoever asks next asks anew."""

    async def _is_newest(self) -> bool:
        return await writes.count_of(self.subject, type(self)) == self.number


async def ask_for_plan(
    tx: Transaction,
    row: VendorPaymentConfig,
    plan: PayoutPlan,
    *,
    actor: str,
) -> StripeWrite:
    """Open the write that sets Stripe's schedule to `plan`. The caller holds the config locked."""
    subject = f"vendor:{row.vendor_id}"
    asked = UpdatePayoutSettings(
        vendor_id=row.vendor_id,
        account_id=str(row.stripe_account_id),
        wanted=asdict(PayoutPlan(plan.schedule, plan.day, plan.minimum)),
        before=asdict(plans.plan_of(row)),
        by_hand=await plans.is_schedule_manual(row, plan.minimum),
        actor=actor,
        mark=f"vendor:{row.vendor_id}.{born(row.created_at)}:payout-settings",
        number=1 + await writes.count_of(subject, UpdatePayoutSettings),
    )
    tx.record(
        REQUESTED,
        actor=actor,
        subject=subject,
        vendor_id=row.vendor_id,
        schedule=plan.schedule.value,
        anchor=plan.day,
        minimum=plan.minimum,
        currency=row.currency,
        at_stripe=asked.asked.interval,
        key=asked.key,
    )
    return await writes.open_write(tx, asked)
