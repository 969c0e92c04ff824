"""What the operator decides about a vendor's payouts: hold them back, let them go on, keep a
reserve. Stripe's schedule follows by a job.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.finance.connect import payment_configs
from shared.finance.payouts import plans
from shared.finance.payouts.errors import (
    HoldReasonLacking,
    HoldReasonTooLong,
    NotHeld,
    ReserveIncomplete,
    ReserveOutOfRange,
    ReserveTooFine,
    ReserveTooLong,
)
from shared.finance.payouts.stripe_schedule import write_settings
from shared.infra import unit
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.vendors.models import Vendor

LONGEST = 180  # days that a reserve may be held
MOST = Decimal(50)  # per cent


async def hold(
    *,
    vendor_id: int,
    reason: str,
    actor: str,
    look: Look[Mapping[str, Any]] = unseen,
) -> None:
    """Hold the vendor's payouts back; the vendor reads the reason, here and in a mail.

    Once more changes the reason.

    Raises Invalid, and what `look` does.
    """
    said = " ".join(reason.split())
    if not said:
        raise HoldReasonLacking
    if len(said) > 300:
        raise HoldReasonTooLong
    async with unit.transaction() as tx:
        row = await payment_configs.locked(tx, vendor_id)
        await look({"reason": row.payouts_held_reason})
        if row.payouts_held_at is not None and row.payouts_held_reason == said:
            return
        since = row.payouts_held_at or clock.now()
        await tx.change(row, payouts_held_at=since, payouts_held_reason=said)
        number = await _note(tx, "vendor.payouts_held", vendor_id, actor, reason=said)
        vendor = await Vendor.get(id=vendor_id)
        _post(tx, "payouts_held", vendor, number, reason=said)
        write_settings(tx, vendor_id=vendor_id)


async def release(*, vendor_id: int, actor: str) -> None:
    """Let the vendor's payouts go on. Raises Conflict when they are not held."""
    async with unit.transaction() as tx:
        row = await payment_configs.locked(tx, vendor_id)
        if row.payouts_held_at is None:
            raise NotHeld
        await tx.change(row, payouts_held_at=None, payouts_held_reason="")
        number = await _note(tx, "vendor.payouts_released", vendor_id, actor)
        vendor, plan = await Vendor.get(id=vendor_id), plans.plan_of(row)
        _post(
            tx,
            "payouts_released",
            vendor,
            number,
            interval=plan.schedule.value,
            day=plan.day,
        )
        write_settings(tx, vendor_id=vendor_id)


async def set_reserve(
    *,
    vendor_id: int,
    percentage: Decimal,
    days: int,
    actor: str,
    look: Look[Mapping[str, Any]] = unseen,
) -> None:
    """Hold back so much of each future sale for so many days; zero of either is none.

    What is held already stays till its day.

    Raises Invalid, and what `look` does.
    """
    if not percentage.is_finite() or not Decimal(0) <= percentage <= MOST:
        raise ReserveOutOfRange(most=MOST)
    if percentage != percentage.quantize(Decimal("0.01")):
        raise ReserveTooFine
    if not 0 <= days <= LONGEST:
        raise ReserveTooLong(longest=LONGEST)
    if (percentage > 0) != (days > 0):
        raise ReserveIncomplete
    async with unit.transaction() as tx:
        row = await payment_configs.locked(tx, vendor_id)
        await look(
            {
                "reserve_percentage": row.reserve_percentage,
                "reserve_days": row.reserve_days,
            }
        )
        before = f"{row.reserve_percentage.normalize():f}% for {row.reserve_days} days"
        if (row.reserve_percentage, row.reserve_days) == (percentage, days):
            return
        row.reserve_percentage, row.reserve_days = percentage, days
        await row.save(update_fields=["reserve_percentage", "reserve_days"])
        after = f"{percentage.normalize():f}% for {days} days"
        await _note(
            tx, "vendor.reserve_changed", vendor_id, actor, before=before, after=after
        )
        write_settings(tx, vendor_id=vendor_id)


async def _note(
    tx: Transaction,
    action: str,
    vendor_id: int,
    actor: str,
    **details: str,
) -> str:
    tx.record(
        action,
        actor=actor,
        subject=f"vendor:{vendor_id}",
        vendor_id=vendor_id,
        **details,
    )
    return f"{clock.now():%Y%m%dT%H%M%S.%f}"


def _post(
    tx: Transaction,
    kind: str,
    vendor: Vendor,
    at: str,
    **facts: str,
) -> None:
    key, context = f"{kind}:{vendor.id}:{at}", {"vendor_name": vendor.name, **facts}
    mail.post(
        tx,
        kind,
        to=vendor.business_email,
        unique_key=key,
        context=context,
    )
