"""Settling claims: what a refund or a dispute takes from a vendor is taken out of its Stripe
balance; the rest is owed.

A movement is written down before Stripe is asked, under a key of its own, and every step looks
again at what is so. Doing it twice, or after a crash anywhere, ends in the same state: taken +
netted + receivable + written off == amount; but what cannot be sent to a vendor waits (netting.py).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TypeAlias

from tortoise.functions import Sum

from shared.core.money import step as step_of
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
from shared.finance.recovery.movements import MadeMovement
from shared.finance.recovery.rules import (
    MovementKind,
    MovementState,
    Source,
    plan,
    rest,
)
from shared.finance.recovery.statements import (
    ClaimStatus,
    LockedClaim,
    lock_claim,
    status_of,
)
from shared.finance.recovery.writes import write_of
from shared.infra import unit
from shared.infra.database.columns import texts_in
from shared.infra.gateway.errors import StandsStill
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.unit import Transaction

log = logging.getLogger("markethall.clawback")

# a balance that shrinks while we take from it is looked at again so often; then the rest is owed
ROUNDS = 4


async def set_claim(
    tx: Transaction,
    *,
    subject: str,
    payment: Payment,
    amount: int,
    made: Sequence[MadeMovement] = (),
    order_number: str = "",
) -> Claim:
    """Say what the vendor of `payment` bears because of `subject`, in minor units, inside the
    caller's transaction.

    0 when it was undone. `made` are movements that Stripe made along with it; what is left to do
    there is done by `settle`, by a job.
    """
    claim = await tx.lock_first(Claim.filter(subject=subject))
    is_new = claim is None
    if claim is None:
        claim = await movements.open_claim(tx, subject, payment, amount)
    elif claim.amount != amount:
        await tx.change(claim, amount=amount)
    await movements.record(tx, claim, *made, order_number=order_number, is_new=is_new)
    is_settled = is_new and claim.paid == amount
    tx.emit(ClaimSet(subject, payment.order_id, is_settled=is_settled))
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
    found = await _status(subject)
    if found.bears_contributed and found.target.move > 0:
        await set_off.with_contribution(found.payment.id)
        found = await _status(subject)
    if found.waits:
        return found.claim  # it is settled when the transfer arrives
    for _ in range(ROUNDS):
        if found.moves:
            await _go_on(gateway, found)
            found = await _status(subject)
        delta = found.target.move
        if delta == 0 or (delta < 0 and found.unreachable):
            break
        written = await _write_down(gateway, found, delta)
        if written is None:
            break
        for movement, write in written:
            await _perform(gateway, found, movement, write)
        found = await _status(subject)
    if not found.is_at_rest:
        async with unit.transaction() as tx:
            await receivables.follow(tx, found.claim.id)
        await found.claim.refresh_from_db()
    if found.unreachable:
        await set_off.net(found.claim.vendor_id, found.claim.currency)
        await found.claim.refresh_from_db()
    return found.claim


async def _status(subject: str) -> ClaimStatus:
    found = await status_of(subject)
    if found is None:
        raise ClaimNotFound(subject=subject)
    return found


async def _go_on(gateway: Gateway, found: ClaimStatus) -> None:
    """Have Stripe make what was written down before."""
    opening = Movement.filter(claim_id=found.claim.id, status=MovementState.OPENING)
    for movement in await opening.order_by("id"):
        await _perform(gateway, found, movement, None)


Step: TypeAlias = tuple[MovementKind, str, int]  # out of what, and how much
Written: TypeAlias = list[tuple[Movement, StripeWrite]]


async def _write_down(
    gateway: Gateway, found: ClaimStatus, delta: int
) -> Written | None:
    """Plan and store the movements that bring the claim `delta` closer to its amount; None when
    there is nothing to do, and an empty list when one must look again.
    """
    if not found.may_move:
        raise StandsStill
    payment = found.payment
    is_bare = payment.stripe_transfer_id is None or payment.stripe_charge_id is None
    if is_bare and payment.amount_vendor and not found.is_contribution:
        payment = await funding.charged(gateway, payment.id)
    steps: list[Step] | None
    if delta < 0:
        steps = await _transfers(found, payment, -delta)
    else:
        steps = await _reversals(gateway, found, payment, delta)
    if steps is None:
        return []  # somebody took it in Stripe's dashboard
    async with unit.transaction() as tx:
        locked = await lock_claim(tx, found.claim.id)
        claim = locked.claim
        is_news = rest(claim.amount, claim.paid, claim.written_off).move != delta
        if is_news or locked.moves:
            return []  # somebody else was faster
        written = [
            await _open(tx, locked, payment, step, number)
            for number, step in enumerate(steps, locked.movements + 1)
        ]
    return written or None


async def _transfers(
    found: ClaimStatus,
    payment: Payment,
    wanted: int,
) -> list[Step]:
    """What to send the vendor: out of the charge what came back into it, the marketplace's own
    money out of its balance.
    """
    charge, out = str(payment.stripe_charge_id), wanted
    if found.is_contribution:
        out = 0
    elif found.contributed:
        came = await funding.came_out_of(payment)
        out = min(wanted, max(came, 0))
    steps: list[Step] = []
    if out:
        steps.append((MovementKind.TRANSFER, charge, out))
    if wanted > out:
        steps.append((MovementKind.TRANSFER, "", wanted - out))
    return steps


async def _reversals(
    gateway: Gateway, found: ClaimStatus, payment: Payment, wanted: int
) -> list[Step] | None:
    """What to take back out of which transfers, at most what the vendor holds; None where somebody
    else took it.
    """
    sources = await funding.of_payment(gateway, payment, is_more=found.sent_again)
    if await _taken_by_hand(gateway, sources):
        return None
    held = await funding.balance(gateway, payment)
    # Some of it was taken by hand before.
    if sum(source.room for source in sources) < min(wanted, held):
        sources += await funding.of_others(gateway, payment)
    planned = plan(wanted, held, sources, unit=step_of(payment.currency))
    return [(MovementKind.REVERSAL, source, part) for source, part in planned.reversals]


async def _open(
    tx: Transaction, locked: LockedClaim, payment: Payment, step: Step, number: int
) -> tuple[Movement, StripeWrite]:
    kind, source, amount = step
    claim = locked.claim
    movement = await tx.create(
        Movement,
        claim_id=claim.id,
        kind=kind,
        amount=amount,
        stripe_source_id=source,
        idempotency_key=movements.key(claim, kind, locked.order_number, number),
    )
    asked = write_of(claim, movement, payment)
    return movement, await writes.open_write(tx, asked)


async def _taken_by_hand(gateway: Gateway, found: Sequence[Source]) -> bool:
    """Note what came back of these transfers past us; asked only where more came back than we know
    of.
    """
    if not any(source.back for source in found):
        return False
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


async def _perform(
    gateway: Gateway,
    found: ClaimStatus,
    movement: Movement,
    write: StripeWrite | None,
) -> None:
    """Have Stripe make one movement; `write`: what was opened for it just now.

    A refusal ends it; where the vendor's money is still with us, that must be loud.
    """
    if write is not None:
        performed = await writes.perform_opened(gateway, write)
    else:
        asked = write_of(found.claim, movement, found.payment)
        write_id = await writes.opened(asked, asked_at=movement.created_at)
        performed = await writes.perform(gateway, write_id)
    if performed.outcome is not None:
        return
    await movement.refresh_from_db()
    # Noted with the write, and undone since.
    if movement.status == MovementState.OPENING and performed.stripe_id:
        async with unit.transaction() as tx:
            await movements.done(tx, movement.id, performed.stripe_id)
    refusal = performed.refusal
    if refusal is None or movement.kind == MovementKind.REVERSAL:
        return
    if not movement.stripe_source_id:
        return  # the marketplace's own money: owed until there is enough (contributions.py)
    if not await set_off.is_unreachable(found.claim.vendor_id):
        log.error("movement %s of %s was refused", movement.id, found.claim.subject)
        raise refusal
