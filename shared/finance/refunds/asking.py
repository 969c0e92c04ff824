"""Asking Stripe for a refund that is written down: how is decided and stored first, then asked under the stored key.

Whatever fails between two steps, the same call goes on later: before a key is used again, Stripe's own list is looked
through for a refund that carries our mark, because a stored failure, or a key that Stripe forgot, says nothing about the money.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.errors import MarketError, NotFound, TryLater
from shared.finance.payments.models import Payment
from shared.finance.recovery import sources
from shared.finance.refunds import follow, service
from shared.finance.refunds.at_stripe import earlier_refunds, sale_at_stripe
from shared.finance.refunds.errors import NotItsTurn
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import Burden, RefundState, Sum
from shared.finance.refunds.ways import PLATFORM_PAYS, Way, choose_way
from shared.finance.refunds.words import waits_for, why_refused
from shared.infra import unit
from shared.infra.gateway.errors import CardDeclined, StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.refunds import NewRefund, StripeRefund
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order

log = logging.getLogger("markethall.refunds")

ROUNDS = 4  # one for each way, and for failures that Stripe stored; then the job goes on
MARK = "markethall_refund"


async def carry_out(gateway: Gateway, refund_id: int) -> RefundState:
    """Ask Stripe for a refund until it has taken it on or refused it. Raises StripeUnavailable, NotItsTurn, ChargeNotReady: later."""
    for _ in range(ROUNDS):
        refund = await _row(refund_id)
        if refund.status != RefundState.OPENING:
            return RefundState(refund.status)
        if refund.stripe_refund_id is not None:  # it exists at Stripe already
            return await follow.follow(gateway, refund.id)
        await _wait_for_its_turn(refund)
        payment = await sources.looked_at(gateway, refund.payment_id)
        is_new = refund.reverse_transfer is None and refund.attempt == 1
        answer = None if is_new else await _made_before(gateway, refund, payment)
        if answer is not None:
            return await follow.take_on(gateway, refund.id, answer)
        if refund.reverse_transfer is None:
            await _choose(gateway, refund, payment)
            was, refund = refund, await _row(refund_id)
            if refund.reverse_transfer is None or refund.attempt != was.attempt:
                continue  # somebody else was faster: look again
        answer = await _ask(gateway, refund, payment)
        if answer is not None:
            return await follow.take_on(gateway, refund.id, answer)
    return RefundState((await _row(refund_id)).status)


@dataclass(frozen=True)
class Tried:
    """Where a refund stands after it was tried at once, and in a sentence what it waits for, if it does."""

    state: RefundState
    waits: str = ""


async def try_now(gateway: Gateway, refund_id: int) -> Tried:
    """Ask Stripe at once, for whoever waits for the page; what cannot be done now is done by the job that was enqueued."""
    try:
        return Tried(await carry_out(gateway, refund_id), waits_for(None))
    except TryLater as later:
        waits = waits_for(later.code)
        log.info("refund %s is asked for later: %s", refund_id, later.log or later)
    except MarketError as error:
        waits = waits_for(error.code)
        log.warning("refund %s could not be asked for: %s", refund_id, error.log or error)
    return Tried(RefundState((await _row(refund_id)).status), waits)


async def _row(refund_id: int) -> Refund:
    refund = await Refund.get_or_none(id=refund_id).select_related("order")
    if refund is None:
        raise NotFound("We could not find that refund.")
    return refund


async def _wait_for_its_turn(refund: Refund) -> None:
    before = Refund.filter(payment_id=refund.payment_id, id__lt=refund.id, status=RefundState.OPENING)
    if await before.exists():
        raise NotItsTurn


async def _choose(gateway: Gateway, refund: Refund, payment: Payment) -> None:
    """Decide how Stripe is asked, and store it before it is."""
    order = refund.order
    found = Sum(order.currency, order.total_amount_cents, order.platform_fee_amount, 0, 0)
    way = choose_way(
        found,
        refund.amount,
        Burden(refund.vendor_part, refund.commission_part),
        RefundPolicy(refund.policy),
        earlier=await earlier_refunds(refund),
        now=await sale_at_stripe(gateway, payment),
    )
    async with unit.transaction():
        await (
            _still(refund)
            .filter(reverse_transfer=None)
            .update(
                reverse_transfer=way.reverse_transfer,
                refund_application_fee=way.refund_application_fee,
                updated_at=clock.now(),
            )
        )


def _still(refund: Refund) -> QuerySet[Refund]:
    """The row, as long as it waits for the answer to this very attempt."""
    return Refund.filter(id=refund.id, status=RefundState.OPENING, attempt=refund.attempt)


def mark_of(order: Order, refund: Refund) -> str:
    """What a refund of ours is called in Stripe's metadata: an order's number never comes again."""
    return f"{order.number}:{refund.number}"


async def _made_before(gateway: Gateway, refund: Refund, payment: Payment) -> StripeRefund | None:
    mark = mark_of(refund.order, refund)
    made = await gateway.refunds.list(payment_intent=payment.stripe_payment_intent_id)
    return next((r for r in made if r.metadata.get(MARK) == mark), None)


async def _ask(gateway: Gateway, refund: Refund, payment: Payment) -> StripeRefund | None:
    """One call under the stored key; None when this attempt is over and the row says how it goes on."""
    new = NewRefund(
        payment_intent=str(payment.stripe_payment_intent_id),
        amount=refund.amount,
        reverse_transfer=bool(refund.reverse_transfer),
        refund_application_fee=refund.refund_application_fee,
        reason=refund.reason,
        metadata={
            MARK: mark_of(refund.order, refund),
            "order_id": str(refund.order_id),
            "order_number": refund.order.number,
        },
    )
    try:
        return await gateway.refunds.create(new, key=refund.idempotency_key)
    except StripeRefused as refused:
        if refund.reverse_transfer and _is_about_the_way(refused, payment):
            await _next_attempt(refund, PLATFORM_PAYS)
            return None
        log.warning("refund %s was refused: %s", refund.id, refused.log)
        await _refuse(refund, why_refused(refused.stripe_code, refused.stripe_param))
    except CardDeclined as declined:
        log.warning("refund %s was declined: %s", refund.id, declined.log)
        await _refuse(refund, why_refused(None, None))
    except StripeUnavailable as down:
        if down.replayed:  # Stripe stored this failure under the key for good
            await _next_attempt(refund, None)
        raise
    return None


def _is_about_the_way(refused: StripeRefused, payment: Payment) -> bool:
    """Whether Stripe may mind only what was to come along: the balance shrank since we looked, or no transfer is made yet.

    What it minds besides that, it says again when it is asked in the other way.
    """
    return refused.stripe_code == "balance_insufficient" or payment.stripe_transfer_id is None


async def _next_attempt(refund: Refund, way: Way | None) -> None:
    """The next key; with `way` decided, or to be decided anew."""
    attempt = refund.attempt + 1
    async with unit.transaction():
        await _still(refund).update(
            attempt=attempt,
            idempotency_key=service.key_of(refund.order.number, refund.number, attempt),
            reverse_transfer=way.reverse_transfer if way else None,
            refund_application_fee=way.refund_application_fee if way else False,
            updated_at=clock.now(),
        )


async def _refuse(refund: Refund, why: str) -> None:
    async with unit.transaction() as tx:
        order, _, row = await service.locked(tx, refund.id)
        await service.put_off(tx, order, row, RefundState.OPENING, RefundState.REFUSED, why=why, by="stripe")
