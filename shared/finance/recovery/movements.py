"""Movements of claims as rows: noted when Stripe made them, once, with their posting and what the
claim has taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.core.frozen import frozen
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.payments.models import Payment
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind, MovementState, signed
from shared.finance.recovery.statements import lock_movement
from shared.infra.database.newcomers import Newcomers, insert_new
from shared.infra.references import service as references
from shared.infra.unit import Transaction


@frozen
class MadeMovement:
    """A movement that Stripe made along with something else, as a refund's reversal; minor
    units.
    """

    kind: MovementKind
    amount: int
    source_id: str
    stripe_id: str


async def open_claim(
    tx: Transaction,
    subject: str,
    payment: Payment,
    amount: int,
) -> Claim:
    """Write a new claim on the vendor of a payment down; `amount` in minor units, below zero what
    the vendor gets.
    """
    return await tx.create(
        Claim,
        subject=subject,
        vendor_id=payment.vendor_id,
        payment_id=payment.id,
        order_id=payment.order_id,
        currency=payment.currency,
        amount=amount,
    )


async def record(
    tx: Transaction,
    claim: Claim,
    *made: MadeMovement,
    order_number: str,
    is_new: bool = False,
) -> bool:
    """Note movements that Stripe made, each once; False when all of them are noted already.

    Order and claim are locked. `is_new`: the claim was made just now.
    """
    made = tuple(each for each in made if each.amount > 0)
    if not made:
        return False
    before = Movement.filter(claim_id=claim.id)
    earlier = 0 if is_new else await before.count()
    rows = [
        Movement(
            claim_id=claim.id,
            kind=each.kind,
            status=MovementState.DONE,
            amount=each.amount,
            stripe_source_id=each.source_id,
            stripe_id=each.stripe_id,
            idempotency_key=key(claim, each.kind, order_number, number),
        )
        for number, each in enumerate(made, earlier + 1)
    ]
    new = await _insert(tx, rows)
    for movement in new:
        await _took(tx, claim, movement)
    return bool(new)


async def _insert(tx: Transaction, rows: Sequence[Movement]) -> list[Movement]:
    """Make those that are not noted yet, with one statement."""
    (ids,) = await insert_new([Newcomers(rows, "stripe_id")])
    new = [row for row in rows if row.stripe_id in ids]
    for row in new:
        row.id = ids[str(row.stripe_id)]
        row._saved_in_db = True
        tx.made(row)
        tx.note_made(row)
    return new


def record_act(
    tx: Transaction,
    claim: Claim,
    action: str,
    actor: str,
    *,
    amount: int,
    **details: Any,
) -> None:
    """Write down what was done about a claim, as of its order; `amount` in minor units."""
    tx.record_of_order(
        claim.order_id,
        action,
        actor=actor,
        subject=claim.subject,
        vendor_id=claim.vendor_id,
        amount=amount,
        currency=claim.currency,
        **details,
    )


def key(
    claim: Claim,
    kind: MovementKind,
    order_number: str,
    number: int,
) -> str:
    """An idempotency key of our own: an order's number never comes again, as row ids do in a fresh
    database.
    """
    return f"order:{order_number}:{claim.subject}:{kind}:{number}"


async def refused(tx: Transaction, movement_id: int, why: str) -> None:
    """Note that Stripe said no; the next movement has a key of its own."""
    movement = await Movement.get(id=movement_id)
    opening = {"status": MovementState.OPENING}
    await tx.move(
        movement,
        to=MovementState.REFUSED,
        where=opening,
        refusal=why[:200],
    )


async def done(
    tx: Transaction,
    movement_id: int,
    stripe_id: str,
) -> Claim | None:
    """Note that a movement happened, once: its posting, and what the claim has taken.

    In the caller's transaction. Return the claim, locked; None when it was noted before.
    """
    claim, movement = await lock_movement(tx, movement_id)
    opening = {"status": MovementState.OPENING}
    if not await tx.move(
        movement, to=MovementState.DONE, where=opening, stripe_id=stripe_id
    ):
        return None
    await _took(tx, claim, movement)
    return claim


async def _took(tx: Transaction, claim: Claim, movement: Movement) -> None:
    """A movement has happened: its posting, and what the claim has taken."""
    amount = signed(MovementKind(movement.kind), movement.amount)
    stripe_id = str(movement.stripe_id)
    await tx.change(claim, taken=claim.taken + amount)
    fact = postings.TransferFact(
        movement.id,
        claim.order_id,
        claim.vendor_id,
        claim.currency,
        amount,
        stripe_id,
    )
    ledger.post_once(tx, postings.moved(fact))
    references.remember(
        tx,
        stripe_id,
        subject=claim.subject,
        order_id=claim.order_id,
        vendor_id=claim.vendor_id,
    )
    action = f"claim.{movement.kind}"
    record_act(tx, claim, action, "system", amount=movement.amount, stripe_id=stripe_id)
