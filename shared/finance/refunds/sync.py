"""Letting a refund follow what Stripe says of it: one transaction, "lock, look, move or leave",
with everything that hangs on it.

Who owes whom is posted when Stripe takes it on, and undone when it fails; where the money lies is
posted with each of the refund's balance transactions. What the vendor bears is a claim, which
clawback settles.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from shared.core import clock
from shared.core.errors import MarketError
from shared.finance.payments.models import Payment
from shared.finance.recovery import funding
from shared.finance.recovery import service as clawback
from shared.finance.recovery.movements import MadeMovement
from shared.finance.recovery.rules import MovementKind
from shared.finance.refunds import effects, shared_refunds, stripe_reads
from shared.finance.refunds.errors import Differs
from shared.finance.refunds.models import Refund
from shared.finance.refunds.refund_postings import (
    has_new_cash,
    post_cash,
    post_taken_on,
    subject_of,
)
from shared.finance.refunds.rules import UNDONE, UNSETTLED, RefundState, next_state
from shared.finance.refunds.statements import (
    LockedRefund,
    arrival_of,
    asked,
    lock_refund,
)
from shared.finance.refunds.stripe_reads import Along
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.refunds import StripeRefund
from shared.infra.jobs import Context, job
from shared.infra.references import service as references
from shared.infra.unit import Act, Transaction

log = logging.getLogger("markethall.refunds")

ASK_AGAIN = timedelta(minutes=5)


@job("refunds.follow")
async def sync_later(context: Context, refund_id: int) -> None:
    """Ask again every five minutes until a refund has arrived or failed, even if no webhook
    comes.
    """
    if await sync_refund(context.gateway, refund_id) in UNSETTLED:
        async with unit.transaction() as tx:
            sync_later.at(clock.now() + ASK_AGAIN)(tx, refund_id=refund_id)


async def sync_refund(gateway: Gateway, refund_id: int) -> RefundState:
    """Read a refund again from Stripe and let our rows follow. Raises StripeUnavailable."""
    refund = await Refund.get(id=refund_id)
    if refund.stripe_refund_id is None:
        return RefundState(refund.status)
    answer = await gateway.refunds.get(refund.stripe_refund_id)
    parts = await shared_refunds.parts_with(refund)
    if any(is_news(part, answer) for part in parts):
        return await follow(gateway, refund, answer)
    await settle_claims(gateway, refund)
    return RefundState(refund.status)


def is_news(refund: Refund, answer: StripeRefund) -> bool:
    """Whether anything follows from what Stripe says of a refund, as its row was read."""
    state = RefundState(refund.status)
    known = (refund.pending_reason, refund.failure_reason)
    has_reasons = known != (answer.pending_reason, answer.failure_reason)
    return (
        state is RefundState.OPENING
        or refund.stripe_refund_id != answer.id
        or next_state(state, answer.status) is not None
        or has_new_cash(refund, answer)
        or (has_reasons and state in UNSETTLED)
    )


async def follow(gateway: Gateway, refund: Refund, answer: StripeRefund) -> RefundState:
    """Let a refund of ours, or all parts of it, be what Stripe answered, as `take_on`."""
    if not refund.is_part:
        return await take_on(gateway, refund.id, answer)
    async with unit.transaction() as tx:
        state = await apply_parts(tx, answer)
    await settle_claims(gateway, refund)
    return state


async def take_on(
    gateway: Gateway, refund_id: int, answer: StripeRefund
) -> RefundState:
    """Let a refund be what Stripe answered, and settle what the vendor bears of it as far as can be
    done at once.
    """
    moved = await read_along(gateway, refund_id, answer)
    state = await apply(refund_id, answer, moved)
    await settle_claim(gateway, refund_id)
    return state


async def read_along(
    gateway: Gateway,
    refund_id: int,
    answer: StripeRefund,
) -> Along:
    """Read what came back along with a refund that is heard of for the first time.

    Raises ChargeNotReady, StripeUnavailable.
    """
    known = await asked(refund_id)
    refund, payment = known.refund, known.payment
    took_along = refund.reverse_transfer or answer.transfer_reversal
    if refund.status != RefundState.OPENING or not took_along:
        return Along()
    # What came along although our row says that nothing should was asked for by an attempt that we
    # took to have failed.
    with_fee = refund.refund_application_fee or not refund.reverse_transfer
    if payment.stripe_transfer_id is None:
        # A refund in the first seconds had it made.
        payment = await funding.charged(gateway, refund.payment_id)
    return await stripe_reads.along(
        gateway, payment, answer, known.fee_refunds if with_fee else None
    )


async def settle_claim(gateway: Gateway, refund_id: int) -> None:
    """Take what the vendor bears out of its balance now, as far as that can be done; the claim's
    own job goes on.
    """
    try:
        await clawback.settle(gateway, subject_of(refund_id))
    except MarketError as later:
        why = later.log or later
        log.info("the claim of refund %s is settled later: %s", refund_id, why)


async def settle_claims(gateway: Gateway, refund: Refund) -> None:
    """Do the same for a refund, or for each order that has a part of it."""
    for each in await shared_refunds.parts_with(refund):
        await settle_claim(gateway, each.id)


async def apply(
    refund_id: int,
    answer: StripeRefund,
    moved: Along,
) -> RefundState:
    """Move refund, order and books to where Stripe's refund is, if that is news.

    Answers the state afterwards.
    """
    async with unit.transaction() as tx:
        return await apply_in(tx, refund_id, answer, moved)


async def apply_parts(tx: Transaction, answer: StripeRefund) -> RefundState:
    """Let all parts of a refund be where Stripe's is, in the caller's transaction. Of a charge that
    orders share nothing comes back along with it.
    """
    parts = await shared_refunds.lock_parts(tx, answer.id)
    states = [await apply_in(tx, part, answer, Along()) for part in parts]
    return states[0]


async def apply_in(
    tx: Transaction, refund_id: int, answer: StripeRefund, moved: Along
) -> RefundState:
    """Do the same as `apply` in the caller's transaction."""
    found = await lock_refund(tx, refund_id)
    refund = found.refund
    current = RefundState(refund.status)
    target = next_state(current, answer.status)
    # Read before anything of the refund waits to be written.
    arrival = None
    if target is RefundState.SUCCEEDED:
        arrival = await arrival_of(refund)
    if current is RefundState.OPENING:
        await _first_seen(tx, found, answer, moved)
    elif refund.stripe_refund_id != answer.id:
        known = refund.stripe_refund_id
        raise Differs(log=f"refund {refund.id} is {known} at Stripe, not {answer.id}")
    await post_cash(tx, refund, answer)
    if target is None:
        await _keep_reasons(tx, refund, answer)
        return current
    if not await _move(tx, refund, answer, to=target):
        return current
    if arrival is not None:
        await effects.arrived(tx, found, arrival)
    elif target in UNDONE:
        await effects.undone(tx, found, was=current)
    return target


def _reasons(answer: StripeRefund) -> dict[str, Any]:
    return {
        "pending_reason": answer.pending_reason,
        "failure_reason": answer.failure_reason,
    }


async def _keep_reasons(
    tx: Transaction,
    refund: Refund,
    answer: StripeRefund,
) -> None:
    """The state stays; why it is so may be another."""
    known = (refund.pending_reason, refund.failure_reason)
    is_news = known != (answer.pending_reason, answer.failure_reason)
    if is_news and refund.status in UNSETTLED:
        await tx.change(refund, **_reasons(answer))


async def _move(
    tx: Transaction, refund: Refund, answer: StripeRefund, *, to: RefundState
) -> bool:
    values = _reasons(answer)
    known = {name: why for name, why in values.items() if why is not None}
    details = {
        "was": RefundState(refund.status),
        "amount": refund.amount,
        "currency": refund.currency,
        **known,
    }
    if to is RefundState.SUCCEEDED:
        values["succeeded_at"] = clock.now()
    act = Act(f"refund.{to}", "stripe", details)
    return await tx.move(refund, to=to, act=act, **values)


async def _first_seen(
    tx: Transaction, found: LockedRefund, answer: StripeRefund, moved: Along
) -> None:
    """Stripe has taken it on: its number, who bears it by what Stripe really moved, the books, the
    claim, which what came back along with it settles at once.
    """
    order, payment, refund = found.order, found.payment, found.refund
    wanted = (refund.stripe_amount or refund.amount, refund.currency)
    if (answer.amount, answer.currency) != wanted:
        told = f"{answer.id} is {answer.amount} {answer.currency}"
        raise Differs(log=f"refund {refund.id}: {told}")
    if moved.reversed and not refund.reverse_transfer:
        refund.reverse_transfer = True
        refund.refund_application_fee = bool(moved.fee_back)
    await tx.change(
        refund,
        where={"status": RefundState.OPENING},
        stripe_refund_id=answer.id,
        stripe_reversal_id=moved.reversal_id or None,
        reverse_transfer=bool(refund.reverse_transfer),
        refund_application_fee=refund.refund_application_fee,
        **_parts_as_moved(refund, moved),
    )
    subject, vendor_id = subject_of(refund.id), refund.vendor_id
    references.remember(
        tx, answer.id, subject=subject, order_id=order.id, vendor_id=vendor_id
    )
    post_taken_on(tx, refund, answer.id)
    await clawback.set_claim(
        tx,
        subject=subject,
        payment=payment,
        amount=refund.vendor_part,
        made=_made(payment, moved),
        order_number=order.number,
    )
    # Also of one that has arrived: a bank may send it back at once.
    once = f"follow_refund:{answer.id if refund.is_part else refund.id}"
    soon = sync_later.at(clock.now() + ASK_AGAIN, once=once)
    soon(tx, refund_id=refund.id)


def _parts_as_moved(refund: Refund, moved: Along) -> dict[str, Any]:
    """Who bears it, where Stripe gave another part of the fee back than we had worked out."""
    back, amount = moved.fee_back, refund.amount
    is_another = refund.commission_part - refund.discount_part != back <= amount
    if not refund.refund_application_fee or not is_another:
        return {}
    log.warning(
        "refund %s: Stripe gave %s of the fee back, not %s",
        refund.id,
        back,
        refund.commission_part - refund.discount_part,
    )
    commission = back + refund.discount_part
    return {"commission_part": commission, "vendor_part": amount - back}


def _made(payment: Payment, moved: Along) -> tuple[MadeMovement, ...]:
    """The movements that came along; without an amount there was none."""
    transfer = str(payment.stripe_transfer_id)
    fee = str(payment.stripe_application_fee_id)
    back, fee_back = moved.reversed, moved.fee_back
    return (
        MadeMovement(MovementKind.REVERSAL, back, transfer, moved.reversal_id),
        MadeMovement(MovementKind.FEE_REFUND, fee_back, fee, moved.fee_refund_id),
    )
