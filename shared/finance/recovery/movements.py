"""Movements of claims as rows: noted when Stripe made them, once, with their posting and what the
claim has taken.
"""

from __future__ import annotations

from typing import Any

from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind, MovementState, signed
from shared.infra.references import service as references
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order


async def record(
    tx: Transaction,
    claim: Claim,
    kind: MovementKind,
    *,
    amount: int,
    source_id: str,
    stripe_id: str,
    order_number: str,
) -> bool:
    """Note a movement that Stripe made along with something else (a refund's reversal); False when
    it is noted already.
    """
    if amount <= 0 or await Movement.exists(stripe_id=stripe_id):
        return False
    movement = await tx.create(
        Movement,
        claim_id=claim.id,
        kind=kind,
        amount=amount,
        stripe_source_id=source_id,
        idempotency_key=await key(claim, kind, order_number),
    )
    return await done(tx, movement.id, stripe_id)


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


async def key(claim: Claim, kind: MovementKind, order_number: str) -> str:
    """An idempotency key of our own: an order's number never comes again, as row ids do in a fresh
    database.
    """
    earlier = await Movement.filter(claim_id=claim.id).count()
    return f"order:{order_number}:{claim.subject}:{kind}:{earlier + 1}"


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


async def done(tx: Transaction, movement_id: int, stripe_id: str) -> bool:
    """Note that a movement happened, once: its posting, and what the claim has taken.

    In the caller's transaction.
    """
    movement = await Movement.get(id=movement_id).select_related("claim")
    # The reference below names the order: whoever holds the order and waits for the claim must not
    # be waited for.
    await tx.lock(Order, id=movement.claim.order_id)
    claim = await tx.lock(Claim, id=movement.claim_id)
    opening = {"status": MovementState.OPENING}
    if not await tx.move(
        movement, to=MovementState.DONE, where=opening, stripe_id=stripe_id
    ):
        return False
    amount = signed(MovementKind(movement.kind), movement.amount)
    await tx.change(claim, taken=claim.taken + amount)
    await ledger.post(
        tx,
        postings.moved(
            postings.TransferFact(
                movement.id,
                claim.order_id,
                claim.vendor_id,
                claim.currency,
                amount,
                stripe_id,
            )
        ),
    )
    references.remember(
        tx,
        stripe_id,
        subject=claim.subject,
        order_id=claim.order_id,
        vendor_id=claim.vendor_id,
    )
    action = f"claim.{movement.kind}"
    record_act(tx, claim, action, "system", amount=movement.amount, stripe_id=stripe_id)
    return True
