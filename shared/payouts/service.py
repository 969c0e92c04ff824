"""Making payouts: the row and its key are written down first, then Stripe is asked, then the row follows the answer.

A crash anywhere is healed by asking again under the same key. A refusal or a failure that Stripe stored ends the try; the
payday can be tried again, under another key.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from shared import clock, unit
from shared.audit.models import AuditEntry
from shared.gateway.calls import KEYS_LAST
from shared.gateway.errors import StripeRefused, StripeUnavailable
from shared.gateway.gateway import Gateway
from shared.gateway.payouts import StripePayout
from shared.gateway.standing import money_may_move
from shared.ids import born
from shared.jobs import queue
from shared.payouts import follow, words
from shared.payouts.errors import NotCancelable
from shared.payouts.models import Payout
from shared.payouts.rules import PayoutState
from shared.unit import Act, Transaction
from shared.vendors import configs, schedules
from shared.vendors import service as vendors
from shared.vendors.models import VendorPaymentConfig
from shared.vendors.paydays import given_up

log = logging.getLogger("markethall.payouts")
CANCEL = "payout.cancel_requested"
CLOCKS_DIFFER = timedelta(hours=1)  # ours and Stripe's, at most
ASK_AFTER = timedelta(minutes=1)  # a crash between writing down and the answer is healed by then


@dataclass(frozen=True)
class NewPayout:
    """A payout to write down. `period` names its payday; without one somebody asked for it. `fee`: what it costs at most."""

    currency: str
    amount: int
    period: str | None = None
    instant: bool = False
    fee: int = 0
    requested_by: str = "system"


async def write_down(tx: Transaction, config: VendorPaymentConfig, new: NewPayout) -> Payout:
    """Store a payout and its key before Stripe is asked, together with the job that asks should we crash. The caller holds the config locked."""
    await money_may_move()
    number = await Payout.filter(vendor_id=config.vendor_id, idempotency_key__not_isnull=True).count() + 1
    row = await Payout.create(
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
    queue.enqueue(tx, "payouts.ask", {"payout_id": row.id}, run_at=clock.now() + ASK_AFTER)
    return row


async def ask(gateway: Gateway, payout_id: int) -> Payout:
    """Ask Stripe for a payout that is written down, under its key, and let the row follow. Nothing when it was answered already.

    While payouts stand still (a hold, a bank that changed) it is only looked for; what Stripe has not made stays as it is,
    and the hourly sweep goes on with it.
    """
    row = await Payout.get(id=payout_id)
    if row.status != PayoutState.OPENING:
        return row
    waits = await _stands_still(row)
    found = await _made_before(gateway, row) if waits or clock.now() - row.created_at > KEYS_LAST else None
    if waits and found is None:
        log.info("payout %s waits, as all payouts of its vendor do", row.id)
        return row
    try:
        found = found or await _make(gateway, row)
    except StripeRefused as refused:
        log.warning("payout %s was refused: %s", row.id, refused.log)
        return await _refused(row, words.refusal(refused.stripe_code))
    except StripeUnavailable as down:
        if not down.replayed:
            raise
        found = await _made_before(gateway, row)
        if found is None:  # a failure is stored under this key for good: the next try has the next key
            await _refused(row, words.STORED_FAILURE)
            raise
    return await follow.take_in(gateway, vendor_id=row.vendor_id, account_id=row.stripe_account_id, found=found)


async def ask_again(gateway: Gateway, payout_id: int) -> Payout:
    """The same later on: the account is read first, since another bank may have been given since it was written down."""
    row = await Payout.get(id=payout_id)
    if row.status == PayoutState.OPENING and row.vendor_id is not None:
        try:
            await vendors.sync_account(gateway, vendor_id=row.vendor_id)
        except StripeRefused as refused:  # access was taken away; so the payout will be refused, too
            log.info("the account of payout %s could not be read: %s", row.id, refused.log)
    return await ask(gateway, payout_id)


async def _stands_still(row: Payout) -> bool:
    """Whether nothing may leave now; whoever stores a hold or a bank has the same lock."""
    async with unit.transaction() as tx:
        return schedules.stand_still(await configs.locked(tx, int(str(row.vendor_id))))


async def _make(gateway: Gateway, row: Payout) -> StripePayout:
    key = str(row.idempotency_key)
    return await gateway.payouts.create(
        str(row.stripe_account_id),
        amount=row.amount,
        currency=row.currency,
        instant=row.method == "instant",
        metadata={follow.MARK: key, "vendor_id": str(row.vendor_id)},
        key=key,
    )


async def _made_before(gateway: Gateway, row: Payout) -> StripePayout | None:
    """The payout that Stripe made although nobody heard so: a key that is forgotten, or failed, says nothing about the money."""
    made = await gateway.payouts.list(row.stripe_account_id, since=row.created_at - CLOCKS_DIFFER)
    return next((found for found in made if found.metadata.get(follow.MARK) == row.idempotency_key), None)


async def _refused(row: Payout, sentence: str) -> Payout:
    """Nothing was sent. The payday's name is given free, so that it can be tried again."""
    async with unit.transaction() as tx:
        locked = await tx.lock(Payout, id=row.id)
        period = locked.period
        if period is not None:
            earlier = Payout.filter(vendor_id=row.vendor_id, currency=row.currency, period__startswith=given_up(period))
            period = given_up(period, await earlier.count() + 1)
        await tx.move(
            locked,
            to=PayoutState.REFUSED,
            where={"status": PayoutState.OPENING},
            act=Act("payout.refused", "stripe", {"why": sentence}),
            refusal=sentence,
            period=period,
            fee=0,
        )
    return await Payout.get(id=row.id)


async def cancel(gateway: Gateway, *, vendor_id: int, payout_id: int, actor: str) -> Payout:
    """Call back a payout that has not left yet. Raises NotFound, NotCancelable."""
    async with unit.transaction() as tx:
        row = await tx.lock(Payout, id=payout_id, vendor_id=vendor_id)
        if row.status != PayoutState.PENDING or row.is_automatic or row.method == "instant":
            raise NotCancelable
        subject = f"payout:{row.id}"
        number = await AuditEntry.filter(subject=subject, action=CANCEL).count() + 1
        key = f"{row.idempotency_key or row.stripe_payout_id}:cancel:{number}"
        tx.record(CANCEL, actor=actor, subject=subject, vendor_id=vendor_id, key=key)
    account, stripe_id = str(row.stripe_account_id), str(row.stripe_payout_id)
    try:
        found = await gateway.payouts.cancel(stripe_id, account=account, key=key)
    except StripeRefused as refused:
        await follow.follow(gateway, account, stripe_id)
        raise NotCancelable from refused
    return await follow.take_in(gateway, vendor_id=vendor_id, account_id=account, found=found)
