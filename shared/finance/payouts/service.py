"""Making payouts: the row and its key are written down first, then Stripe is asked, then the row
follows the answer.

A crash anywhere is healed by asking again under the same key. A refusal or a failure that Stripe
stored ends the try; the payday can be tried again, under another key.
"""

from __future__ import annotations

import logging

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.ids import born
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payouts import sync
from shared.finance.payouts.errors import NotCancelable
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import PayoutState
from shared.finance.payouts.writes import CancelPayout, CreatePayout
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.unit import Act, Transaction

log = logging.getLogger("markethall.payouts")
CANCEL = "payout.cancel_requested"


@frozen
class NewPayout:
    """A payout to write down.

    `period` names its payday; without one somebody asked for it. `fee`: what it costs at most.
    """

    currency: str
    amount: int
    period: str | None = None
    instant: bool = False
    fee: int = 0
    requested_by: str = "system"


@frozen
class OpenedPayout:
    """A payout that was written down just now, and what asks Stripe for it."""

    row: Payout
    write: StripeWrite


async def write_down(
    tx: Transaction, config: VendorPaymentConfig, new: NewPayout, *, keys: int
) -> OpenedPayout:
    """Store a payout and its key before Stripe is asked, together with the job that asks should we
    crash.

    The caller holds the config locked, and has seen that money may move and that payouts do not
    stand still. `keys`: so many payouts of the vendor had one of our keys.
    """
    number = keys + 1
    row = await tx.create(
        Payout,
        vendor_id=config.vendor_id,
        period=new.period,
        amount=new.amount,
        fee=new.fee,
        currency=new.currency,
        method="instant" if new.instant else "standard",
        stripe_account_id=config.stripe_account_id,
        idempotency_key=f"vendor:{config.vendor_id}.{born(config.created_at)}:payout:{number}",
        requested_by=new.requested_by,
    )
    tx.record(
        "payout.requested",
        actor=new.requested_by,
        subject=f"payout:{row.id}",
        vendor_id=row.vendor_id,
        amount=row.amount,
        currency=row.currency,
        key=row.idempotency_key,
    )
    asked = CreatePayout.of(row)
    write = await writes.open_write(tx, asked, asked_at=clock.now())
    return OpenedPayout(row, write)


async def ask_opened(gateway: Gateway, made: OpenedPayout) -> Payout:
    """Do what `ask` does for a payout that was written down just now."""
    performed = await writes.perform_opened(gateway, made.write)
    if performed.outcome is not None:
        row: Payout = performed.outcome
        return row
    return await ask(gateway, made.row.id)


async def ask(gateway: Gateway, payout_id: int) -> Payout:
    """Ask Stripe for a payout that is written down, and let the row follow.

    Nothing when it was answered already.

    While payouts stand still (a hold, a bank that changed) it is only looked for; what Stripe has
    not made stays as it is, and the hourly sweep goes on with it. Raises StripeUnavailable: the
    same call goes on later.
    """
    row = await Payout.get(id=payout_id)
    if row.status == PayoutState.OPENING:
        write_id = await writes.opened(CreatePayout.of(row), asked_at=row.created_at)
        performed = await writes.perform(gateway, write_id)
        row = await Payout.get(id=payout_id)
        # Noted with the write, and undone since.
        if row.status == PayoutState.OPENING and performed.stripe_id:
            await sync.sync_payout(gateway, row.stripe_account_id, performed.stripe_id)
    return await Payout.get(id=payout_id)


async def cancel(
    gateway: Gateway,
    *,
    vendor_id: int,
    payout_id: int,
    actor: str,
) -> Payout:
    """Call back a payout that has not left yet. Raises NotFound, NotCancelable."""
    async with unit.transaction() as tx:
        row = await tx.lock(Payout, id=payout_id, vendor_id=vendor_id)
        if (
            row.status != PayoutState.PENDING
            or row.is_automatic
            or row.method == "instant"
        ):
            raise NotCancelable
        number = 1 + await writes.count_of(row.as_subject, CancelPayout)
        asked = CancelPayout(
            payout_id=row.id,
            vendor_id=vendor_id,
            account_id=str(row.stripe_account_id),
            stripe_id=str(row.stripe_payout_id),
            number=number,
            mark=str(row.idempotency_key or row.stripe_payout_id),
        )
        write = await writes.open_write(tx, asked)
        tx.note(
            Act(CANCEL, actor, {"key": write.key}),
            row,
        )
    performed = await writes.perform(gateway, write.id)
    if performed.refusal is not None:
        await sync.sync_payout(gateway, asked.account_id, asked.stripe_id)
        raise NotCancelable from performed.refusal
    return await Payout.get(id=row.id)
