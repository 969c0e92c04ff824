"""How a vendor is paid out: its plan, and what Stripe's BalanceSettings have to say for it.

Stripe pays out by itself only where that is all there is to it. With a minimum, a reserve or a hold
the account's schedule at Stripe is `manual`, and our own scheduler makes the payouts
(scheduler.py).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.connect.events import PayoutTermsChanged
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.rules import PayoutSchedule
from shared.finance.ledger import queries as ledger
from shared.finance.ledger.chart import Account
from shared.finance.payouts.paydays import anchor_of
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.unit import Transaction

log = logging.getLogger(__name__)
MANUAL = "manual"
CHANGED = "vendor.payout_schedule_changed"


@frozen
class PayoutPlan:
    """When a vendor wants its money: interval, its day, and the least worth sending, in minor units
    of the vendor's currency.
    """

    schedule: PayoutSchedule
    anchor: str = ""
    minimum: int = 0

    @property
    def day(self) -> str:
        """The anchor that counts: a weekday, or a day of the month; nothing for daily."""
        return anchor_of(self.schedule.value, self.anchor)


def plan_of(row: VendorPaymentConfig) -> PayoutPlan:
    """The plan that a config row holds."""
    schedule = PayoutSchedule(row.payout_schedule)
    return PayoutPlan(
        schedule, anchor_of(schedule.value, row.payout_anchor), row.minimum_payout
    )


def plan_from(stored: Mapping[str, Any]) -> PayoutPlan:
    """The plan that was stored as its fields."""
    return PayoutPlan(
        PayoutSchedule(stored["schedule"]),
        stored["anchor"],
        stored["minimum"],
    )


def settings_of(plan: PayoutPlan, *, by_hand: bool) -> PayoutSettings:
    """What Stripe is asked for."""
    if by_hand:
        return PayoutSettings(MANUAL)
    match plan.schedule:
        case PayoutSchedule.WEEKLY:
            return PayoutSettings("weekly", weekly_days=(plan.day,))
        case PayoutSchedule.MONTHLY:
            return PayoutSettings("monthly", monthly_days=(int(plan.day),))
        case PayoutSchedule.DAILY:
            return PayoutSettings("daily")


def told(settings: PayoutSettings) -> tuple[PayoutSchedule, str] | None:
    """Stripe's schedule in our words: interval and day; None for one that is manual."""
    if settings.interval not in set(PayoutSchedule):
        return None
    schedule = PayoutSchedule(settings.interval)
    days = [*settings.weekly_days, *map(str, settings.monthly_days)]
    return schedule, anchor_of(schedule.value, days[0] if days else "")


def stand_still(row: VendorPaymentConfig) -> bool:
    """Whether nothing may leave now: the operator holds it back, or the bank changed lately."""
    waits = row.bank_hold_until is not None and row.bank_hold_until > clock.now()
    return row.payouts_held_at is not None or waits


async def is_schedule_manual(row: VendorPaymentConfig, minimum: int) -> bool:
    """Whether we make this vendor's payouts ourselves: for a minimum, a hold, a changed bank, a
    reserve or what is left of one.
    """
    if (
        minimum > 0
        or row.payouts_held_at is not None
        or row.bank_hold_until is not None
        or row.reserve_days > 0
    ):
        return True
    return keeps_reserve(await ledger.of_vendor(row.vendor_id))


def keeps_reserve(sums: Mapping[tuple[Account, str], int]) -> bool:
    """Whether a reserve is left in any currency, by the ledger's sums."""
    return any(
        account is Account.VENDOR_RESERVED and total
        for (account, _), total in sums.items()
    )


async def store(
    tx: Transaction,
    row: VendorPaymentConfig,
    plan: PayoutPlan,
    *,
    actor: str,
    key: str,
) -> None:
    """Set the plan of a config row that the caller holds locked, if it is another.

    `key` is of the write behind it.
    """
    before = plan_of(row)
    after = PayoutPlan(plan.schedule, plan.day, plan.minimum)
    if before == after:
        return
    await tx.change(
        row,
        payout_schedule=after.schedule.value,
        payout_anchor=after.anchor,
        minimum_payout=after.minimum,
    )
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


def write_again(tx: Transaction, vendor_id: int) -> None:
    """Have Stripe's schedule set to what our row asks for, by a job, unless one waits to do so."""
    tx.emit(PayoutTermsChanged(vendor_id, once=True))
