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
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.payments.models import Payment
from shared.finance.recovery import funding, movements
from shared.finance.recovery import service as clawback
from shared.finance.recovery.models import Claim
from shared.finance.recovery.rules import MovementKind
from shared.finance.refunds import effects, refunded_amounts, stripe_reads
from shared.finance.refunds.errors import Differs
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import UNDONE, UNSETTLED, RefundState, next_state
from shared.finance.refunds.stripe_reads import Along
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.refunds import StripeRefund
from shared.infra.jobs import Context, job
from shared.infra.references import service as references
from shared.infra.unit import Act, Transaction
from shared.trade.orders import payment_effects as orders
from shared.trade.orders.models import Order

log = logging.getLogger("markethall.refunds")

ASK_AGAIN = timedelta(minutes=5)


def subject_of(refund_id: int) -> str:
    """How claims and references name a refund."""
    return f"refund:{refund_id}"


@job("refunds.follow")
async def follow_later(context: Context, refund_id: int) -> None:
    """Ask again every five minutes until a refund has arrived or failed, even if no webhook
    comes.
    """
    if await follow(context.gateway, refund_id) in UNSETTLED:
        async with unit.transaction() as tx:
            follow_later.at(clock.now() + ASK_AGAIN)(tx, refund_id=refund_id)


async def follow(gateway: Gateway, refund_id: int) -> RefundState:
    """Read a refund again from Stripe and let our rows follow. Raises StripeUnavailable."""
    refund = await Refund.get(id=refund_id)
    if refund.stripe_refund_id is None:
        return RefundState(refund.status)
    return await take_on(
        gateway,
        refund.id,
        await gateway.refunds.get(refund.stripe_refund_id),
    )


async def take_on(
    gateway: Gateway, refund_id: int, answer: StripeRefund
) -> RefundState:
    """Let a refund be what Stripe answered, and settle what the vendor bears of it as far as can be
    done at once.
    """
    state = await apply(refund_id, answer, await read_along(gateway, refund_id, answer))
    await settle_claim(gateway, refund_id)
    return state


async def read_along(gateway: Gateway, refund_id: int, answer: StripeRefund) -> Along:
    """Read what came back along with a refund that is heard of for the first time.

    Raises ChargeNotReady, StripeUnavailable.
    """
    refund = await Refund.get(id=refund_id)
    if refund.status != RefundState.OPENING or not (
        refund.reverse_transfer or answer.transfer_reversal
    ):
        return Along()
    # What came along although our row says that nothing should was asked for by an attempt that we
    # took to have failed.
    with_fee = refund.refund_application_fee or not refund.reverse_transfer
    # A refund in the first seconds had it made.
    payment = await funding.charged(gateway, refund.payment_id)
    return await stripe_reads.along(gateway, payment, answer, with_fee=with_fee)


async def settle_claim(gateway: Gateway, refund_id: int) -> None:
    """Take what the vendor bears out of its balance now, as far as that can be done; the claim's
    own job goes on.
    """
    try:
        await clawback.settle(gateway, subject_of(refund_id))
    except MarketError as later:
        log.info(
            "the claim of refund %s is settled later: %s", refund_id, later.log or later
        )


async def apply(refund_id: int, answer: StripeRefund, moved: Along) -> RefundState:
    """Move refund, order and books to where Stripe's refund is, if that is news.

    Answers the state afterwards.
    """
    async with unit.transaction() as tx:
        return await apply_in(tx, refund_id, answer, moved)


async def apply_in(
    tx: Transaction, refund_id: int, answer: StripeRefund, moved: Along
) -> RefundState:
    """Do the same as `apply` in the caller's transaction."""
    order, payment, refund = await refunded_amounts.locked(tx, refund_id)
    current = RefundState(refund.status)
    if current is RefundState.OPENING:
        await _first_seen(tx, order, payment, refund, answer, moved)
    elif refund.stripe_refund_id != answer.id:
        raise Differs(
            log=f"refund {refund.id} is {refund.stripe_refund_id} at Stripe, not {answer.id}"
        )
    await _cash(tx, refund, answer)
    target = next_state(current, answer.status)
    news: dict[str, Any] = {
        "pending_reason": answer.pending_reason,
        "failure_reason": answer.failure_reason,
    }
    if target is RefundState.SUCCEEDED:
        news["succeeded_at"] = clock.now()
    if target is not None:
        details = {"was": current, "amount": refund.amount, "currency": refund.currency}
        details |= {
            name: value for name, value in news.items() if isinstance(value, str)
        }
        if not await tx.move(
            refund, to=target, act=Act(f"refund.{target}", "stripe", details), **news
        ):
            return current
        await _consequences(
            tx,
            order,
            payment,
            await Refund.get(id=refund.id),
            was=current,
            now=target,
        )
    elif any(
        getattr(refund, name) != value
        for name, value in news.items()
        if current in UNSETTLED
    ):
        await tx.change(refund, **news)
    return target or current


async def _first_seen(
    tx: Transaction,
    order: Order,
    payment: Payment,
    refund: Refund,
    answer: StripeRefund,
    moved: Along,
) -> None:
    """Stripe has taken it on: its number, who bears it by what Stripe really moved, the books, the
    claim.
    """
    if (answer.amount, answer.currency) != (refund.amount, refund.currency):
        raise Differs(
            log=f"refund {refund.id}: {answer.id} is {answer.amount} {answer.currency}"
        )
    if moved.reversed and not refund.reverse_transfer:
        refund.reverse_transfer, refund.refund_application_fee = (
            True,
            bool(moved.fee_back),
        )
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
    await ledger.post(tx, postings.refund(fact_of(refund, answer.id)))
    claim = await clawback.set_claim(
        tx, subject=subject, payment=payment, amount=refund.vendor_part
    )
    await _record_moved(tx, claim, payment, moved, order.number)
    once = f"follow_refund:{refund.id}"
    follow_later.at(clock.now() + ASK_AGAIN, once=once)(tx, refund_id=refund.id)


def _parts_as_moved(refund: Refund, moved: Along) -> dict[str, Any]:
    """Who bears it, where Stripe gave another part of the fee back than we had worked out."""
    back, amount = moved.fee_back, refund.amount
    if (
        not refund.refund_application_fee
        or not refund.commission_part != back <= amount
    ):
        return {}
    log.warning(
        "refund %s: Stripe gave %s of the fee back, not %s",
        refund.id,
        back,
        refund.commission_part,
    )
    return {"commission_part": back, "vendor_part": amount - back}


async def _record_moved(
    tx: Transaction,
    claim: Claim,
    payment: Payment,
    moved: Along,
    order_number: str,
) -> None:
    """What came back along with the refund settles the claim at once."""
    if moved.reversed:
        await movements.record(
            tx,
            claim,
            MovementKind.REVERSAL,
            amount=moved.reversed,
            source_id=str(payment.stripe_transfer_id),
            stripe_id=moved.reversal_id,
            order_number=order_number,
        )
    if moved.fee_back:
        await movements.record(
            tx,
            claim,
            MovementKind.FEE_REFUND,
            amount=moved.fee_back,
            source_id=str(payment.stripe_application_fee_id),
            stripe_id=moved.fee_refund_id,
            order_number=order_number,
        )


def fact_of(refund: Refund, stripe_id: str) -> postings.RefundFact:
    """A refund for the ledger, from the Stripe object named."""
    return postings.RefundFact(
        refund_id=refund.id,
        order_id=refund.order_id,
        vendor_id=refund.vendor_id,
        currency=refund.currency,
        vendor_part=refund.vendor_part,
        commission_part=refund.commission_part,
        stripe_id=stripe_id,
    )


async def _cash(tx: Transaction, refund: Refund, answer: StripeRefund) -> None:
    """The money left the platform's balance, or came back to it."""
    left, back = answer.balance_transaction, answer.failure_balance_transaction
    if left and refund.stripe_balance_transaction_id is None:
        await ledger.post(tx, postings.refund_paid(fact_of(refund, left)))
    if back and refund.stripe_failure_transaction_id is None:
        await ledger.post(tx, postings.refund_returned(fact_of(refund, back)))
    if (left, back) != (
        refund.stripe_balance_transaction_id,
        refund.stripe_failure_transaction_id,
    ):
        await Refund.filter(id=refund.id).update(
            stripe_balance_transaction_id=left or refund.stripe_balance_transaction_id,
            stripe_failure_transaction_id=back or refund.stripe_failure_transaction_id,
            updated_at=clock.now(),
        )
        references.remember(
            tx,
            left,
            back,
            subject=subject_of(refund.id),
            order_id=refund.order_id,
            vendor_id=refund.vendor_id,
        )


async def _consequences(
    tx: Transaction,
    order: Order,
    payment: Payment,
    refund: Refund,
    *,
    was: RefundState,
    now: RefundState,
) -> None:
    """What a new state means for the order, the stock, the claim and the people."""
    if now is RefundState.SUCCEEDED:
        await effects.arrived(tx, order, payment, refund)
    elif now in UNDONE:
        await ledger.post(
            tx,
            postings.refund_undone(fact_of(refund, str(refund.stripe_refund_id))),
        )
        await clawback.set_claim(
            tx,
            subject=subject_of(refund.id),
            payment=payment,
            amount=0,
        )
        if was is RefundState.SUCCEEDED:
            await orders.count_returned(order, -refund.amount)
        await refunded_amounts.free(tx, order, refund)
        await effects.undone(
            tx,
            order,
            payment,
            refund,
            was_told=was is RefundState.SUCCEEDED,
        )
