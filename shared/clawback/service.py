"""Settling claims: what a refund or a dispute takes from a vendor is taken out of its Stripe balance; the rest is owed.

A movement is written down before Stripe is asked, under a key of its own, and every step looks again at what is so. Doing
it twice, or after a crash anywhere, ends in the same state: taken + netted + receivable + written off == amount; but what cannot be sent to a vendor waits (netting.py).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from tortoise.functions import Sum

from shared import clock, unit
from shared.clawback import by_hand, movements, netting, receivables, sources
from shared.clawback.models import Claim, Movement
from shared.clawback.rules import MovementKind, MovementState, Source, plan, rest
from shared.errors import NotFound
from shared.gateway.calls import KEYS_LAST
from shared.gateway.errors import StripeRefused, StripeUnavailable
from shared.gateway.gateway import Gateway
from shared.gateway.standing import money_may_move
from shared.gateway.transfers import NewTransfer
from shared.jobs import queue
from shared.ledger.queries import reserved_of_order
from shared.money import step
from shared.orders.models import Order
from shared.payments.models import Payment
from shared.unit import Transaction

log = logging.getLogger("markethall.clawback")

ROUNDS = 4  # a balance that shrinks while we take from it is looked at again so often; then the rest is owed


async def set_claim(tx: Transaction, *, subject: str, payment: Payment, amount: int) -> Claim:
    """Say what the vendor of `payment` bears because of `subject`, in minor units, inside the caller's transaction.

    0 when it was undone. What that means at Stripe is done by `settle`, which is enqueued here too.
    """
    claim = await tx.lock_first(Claim.filter(subject=subject))
    if claim is None:
        claim = await Claim.create(
            subject=subject,
            vendor_id=payment.vendor_id,
            payment_id=payment.id,
            order_id=payment.order_id,
            currency=payment.currency,
            amount=amount,
        )
    elif claim.amount != amount:
        await Claim.filter(id=claim.id).update(amount=amount, updated_at=clock.now())
        claim.amount = amount
    queue.enqueue(tx, "clawback.settle", {"subject": subject})  # no unique key: one that runs may have looked before
    if await reserved_of_order(payment.order_id):
        queue.enqueue(tx, "payouts.review_reserve", {"order_id": payment.order_id})
    return claim


async def settle(gateway: Gateway, subject: str) -> Claim:
    """Bring a claim to rest at Stripe and in the ledger. Raises StripeUnavailable, and then the same call goes on later."""
    claim = await Claim.get_or_none(subject=subject)
    if claim is None:
        raise NotFound(f"There is no claim for {subject}.")
    unreachable = await netting.is_unreachable(claim.vendor_id)
    for _ in range(ROUNDS):
        for movement in await Movement.filter(claim_id=claim.id, status=MovementState.OPENING).order_by("id"):
            await _perform(gateway, claim, movement)
        await claim.refresh_from_db()
        delta = rest(claim.amount, claim.paid, claim.written_off).move
        if delta == 0 or (delta < 0 and unreachable) or not await _write_down(gateway, claim, delta):
            break
    async with unit.transaction() as tx:
        await receivables.follow(tx, claim.id)
    if unreachable:
        await netting.net(claim.vendor_id, claim.currency)
    await claim.refresh_from_db()
    return claim


async def _write_down(gateway: Gateway, claim: Claim, delta: int) -> bool:
    """Plan and store the movements that bring the claim `delta` closer to its amount; False when there is nothing to do."""
    await money_may_move()
    payment = await sources.charged(gateway, claim.payment_id)
    if delta < 0:
        steps = [(MovementKind.TRANSFER, str(payment.stripe_charge_id), -delta)]
    else:
        found = await sources.of_payment(gateway, payment)
        if await _taken_by_hand(gateway, found):
            return True  # somebody took it in Stripe's dashboard: look again
        held = await sources.balance(gateway, payment)
        if sum(source.room for source in found) < min(delta, held):  # some of it was taken by hand before
            found += await sources.of_others(gateway, payment)
        planned = plan(delta, held, found, unit=step(claim.currency))
        steps = [(MovementKind.REVERSAL, source, part) for source, part in planned.reversals]
    async with unit.transaction() as tx:
        locked = await tx.lock(Claim, id=claim.id)
        if rest(locked.amount, locked.paid, locked.written_off).move != delta:
            return True  # somebody else was faster: look again
        if await Movement.exists(claim_id=claim.id, status=MovementState.OPENING):
            return True
        number = (await Order.get(id=claim.order_id)).number
        for kind, source, amount in steps:
            await Movement.create(
                claim_id=claim.id,
                kind=kind,
                amount=amount,
                stripe_source_id=source,
                idempotency_key=await movements.key(locked, kind, number),
            )
    return bool(steps)


async def _taken_by_hand(gateway: Gateway, found: Sequence[Source]) -> bool:
    """Note what came back of these transfers past us; asked only where more came back than we know of."""
    noted = False
    ours = Movement.filter(
        stripe_source_id__in=[s.transfer_id for s in found], kind=MovementKind.REVERSAL, status=MovementState.DONE
    )
    sums = (
        await ours.annotate(total=Sum("amount")).group_by("stripe_source_id").values_list("stripe_source_id", "total")
    )
    known = {str(transfer_id): int(str(total)) for transfer_id, total in sums}
    for source in found:
        if source.back > known.get(source.transfer_id, 0):
            seen = await by_hand.follow_transfer(gateway, source.transfer_id)
            noted |= seen is not None and seen.noted > 0
    return noted


async def _perform(gateway: Gateway, claim: Claim, movement: Movement) -> None:
    """Ask Stripe for one movement under its stored key, and note what it answered.

    A key that Stripe may have forgotten, or keeps a failure under, says nothing about the money: Stripe's own list does.
    """
    stripe_id = None
    if clock.now() - movement.created_at > KEYS_LAST:
        stripe_id = await sources.made_before(gateway, claim, movement)
    try:
        stripe_id = stripe_id or await _make(gateway, claim, movement)
    except StripeRefused as refused:
        await movements.refused(movement, refused.stripe_code or refused.log or "refused")
        if movement.kind == MovementKind.REVERSAL or await netting.is_unreachable(claim.vendor_id):
            return
        # The vendor's money is still with us: that must be loud.
        log.exception("movement %s of %s was refused", movement.id, claim.subject)
        raise
    except StripeUnavailable as down:
        if not down.replayed:
            raise
        stripe_id = await sources.made_before(gateway, claim, movement)
        if stripe_id is None:  # Stripe stored this failure under the key for good; the next movement has the next key
            await movements.refused(movement, "Stripe stored a failure under this key")
            raise
    async with unit.transaction() as tx:
        await movements.done(tx, movement.id, stripe_id)


async def _make(gateway: Gateway, claim: Claim, movement: Movement) -> str:
    source, key = movement.stripe_source_id, movement.idempotency_key
    metadata = {"claim": claim.subject, "order_id": str(claim.order_id), sources.MARK: key}
    if movement.kind == MovementKind.TRANSFER:
        payment = await Payment.get(id=claim.payment_id)
        new = NewTransfer(
            amount=movement.amount,
            currency=claim.currency,
            destination=payment.stripe_account_id,
            source_transaction=source,
            transfer_group=sources.group_of(claim),
            metadata=metadata,
        )
        return (await gateway.transfers.create(new, key=key)).id
    return (await gateway.transfers.reverse(source, amount=movement.amount, metadata=metadata, key=key)).id
