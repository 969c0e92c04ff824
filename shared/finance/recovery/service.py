"""Settling claims: what a refund or a dispute takes from a vendor is taken out of its Stripe
balance; the rest is owed.

A movement is written down before Stripe is asked, under a key of its own, and every step looks
again at what is so. Doing it twice, or after a crash anywhere, ends in the same state: taken +
netted + receivable + written off == amount; but what cannot be sent to a vendor waits (netting.py).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from tortoise.functions import Sum

from shared.core.money import step
from shared.finance.payments.models import Payment
from shared.finance.recovery import (
    dashboard_transfers,
    funding,
    movements,
    receivables,
    set_off,
)
from shared.finance.recovery.errors import ClaimNotFound
from shared.finance.recovery.events import ClaimSet
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import (
    MovementKind,
    MovementState,
    Source,
    plan,
    rest,
)
from shared.finance.recovery.writes import write_of
from shared.infra import unit
from shared.infra.database.columns import texts_in
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.restore_check import money_may_move
from shared.infra.stripe_writes import service as writes
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order

log = logging.getLogger("markethall.clawback")

# a balance that shrinks while we take from it is looked at again so often; then the rest is owed
ROUNDS = 4


async def set_claim(
    tx: Transaction,
    *,
    subject: str,
    payment: Payment,
    amount: int,
) -> Claim:
    """Say what the vendor of `payment` bears because of `subject`, in minor units, inside the
    caller's transaction.

    0 when it was undone. What that means at Stripe is done by `settle`, by a job.
    """
    claim = await tx.lock_first(Claim.filter(subject=subject))
    if claim is None:
        claim = await tx.create(
            Claim,
            subject=subject,
            vendor_id=payment.vendor_id,
            payment_id=payment.id,
            order_id=payment.order_id,
            currency=payment.currency,
            amount=amount,
        )
    elif claim.amount != amount:
        await tx.change(claim, amount=amount)
    tx.emit(ClaimSet(subject, payment.order_id))
    return claim


async def collect(gateway: Gateway, vendor_id: int) -> None:
    """Take what a vendor owes from what it holds, the oldest debt first.

    Raises StripeUnavailable.
    """
    owed = Claim.filter(vendor_id=vendor_id, receivable__gt=0).order_by(
        "owed_since", "id"
    )
    for subject in await texts_in(owed, "subject"):
        await settle(gateway, subject)


async def settle(gateway: Gateway, subject: str) -> Claim:
    """Bring a claim to rest at Stripe and in the ledger.

    Raises StripeUnavailable, and then the same call goes on later.
    """
    claim = await Claim.get_or_none(subject=subject)
    if claim is None:
        raise ClaimNotFound(subject=subject)
    unreachable = await set_off.is_unreachable(claim.vendor_id)
    for _ in range(ROUNDS):
        for movement in await Movement.filter(
            claim_id=claim.id, status=MovementState.OPENING
        ).order_by("id"):
            await _perform(gateway, claim, movement)
        await claim.refresh_from_db()
        delta = rest(claim.amount, claim.paid, claim.written_off).move
        if (
            delta == 0
            or (delta < 0 and unreachable)
            or not await _write_down(gateway, claim, delta)
        ):
            break
    async with unit.transaction() as tx:
        await receivables.follow(tx, claim.id)
    if unreachable:
        await set_off.net(claim.vendor_id, claim.currency)
    await claim.refresh_from_db()
    return claim


async def _write_down(gateway: Gateway, claim: Claim, delta: int) -> bool:
    """Plan and store the movements that bring the claim `delta` closer to its amount; False when
    there is nothing to do.
    """
    await money_may_move()
    payment = await funding.charged(gateway, claim.payment_id)
    if delta < 0:
        steps = [(MovementKind.TRANSFER, str(payment.stripe_charge_id), -delta)]
    else:
        found = await funding.of_payment(gateway, payment)
        if await _taken_by_hand(gateway, found):
            return True  # somebody took it in Stripe's dashboard: look again
        held = await funding.balance(gateway, payment)
        # Some of it was taken by hand before.
        if sum(source.room for source in found) < min(delta, held):
            found += await funding.of_others(gateway, payment)
        planned = plan(delta, held, found, unit=step(claim.currency))
        steps = [
            (MovementKind.REVERSAL, source, part) for source, part in planned.reversals
        ]
    async with unit.transaction() as tx:
        locked = await tx.lock(Claim, id=claim.id)
        if rest(locked.amount, locked.paid, locked.written_off).move != delta:
            return True  # somebody else was faster: look again
        if await Movement.exists(claim_id=claim.id, status=MovementState.OPENING):
            return True
        number = (await Order.get(id=claim.order_id)).number
        for kind, source, amount in steps:
            movement = await tx.create(
                Movement,
                claim_id=claim.id,
                kind=kind,
                amount=amount,
                stripe_source_id=source,
                idempotency_key=await movements.key(locked, kind, number),
            )
            await writes.open_write(tx, await write_of(locked, movement))
    return bool(steps)


async def _taken_by_hand(gateway: Gateway, found: Sequence[Source]) -> bool:
    """Note what came back of these transfers past us; asked only where more came back than we know
    of.
    """
    noted = False
    ours = Movement.filter(
        stripe_source_id__in=[s.transfer_id for s in found],
        kind=MovementKind.REVERSAL,
        status=MovementState.DONE,
    )
    sums = (
        await ours.annotate(total=Sum("amount"))
        .group_by("stripe_source_id")
        .values_list("stripe_source_id", "total")
    )
    known = {str(transfer_id): int(str(total)) for transfer_id, total in sums}
    for source in found:
        if source.back > known.get(source.transfer_id, 0):
            seen = await dashboard_transfers.sync_transfer(gateway, source.transfer_id)
            noted |= seen is not None and seen.noted > 0
    return noted


async def _perform(gateway: Gateway, claim: Claim, movement: Movement) -> None:
    """Have Stripe make one movement.

    A refusal ends it; where the vendor's money is still with us, that must be loud.
    """
    write_id = await writes.opened(
        await write_of(claim, movement),
        asked_at=movement.created_at,
    )
    performed = await writes.perform(gateway, write_id)
    await movement.refresh_from_db()
    # Noted with the write, and undone since.
    if movement.status == MovementState.OPENING and performed.stripe_id:
        async with unit.transaction() as tx:
            await movements.done(tx, movement.id, performed.stripe_id)
    refusal = performed.refusal
    if refusal is None or movement.kind == MovementKind.REVERSAL:
        return
    if not await set_off.is_unreachable(claim.vendor_id):
        log.error("movement %s of %s was refused", movement.id, claim.subject)
        raise refusal
