"""Refunds that Stripe tells us of: ours by their mark, or made by a person in Stripe's dashboard,
which get a row of their own.
"""

from __future__ import annotations

import logging

from shared.core.errors import TryLater
from shared.core.money import Money
from shared.core.words import in_english
from shared.finance.payments import service as payments
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PAID_STATES
from shared.finance.refunds import refunded_amounts, stripe_reads, sync
from shared.finance.refunds.errors import MoreThanOneOrder, WhichOrder
from shared.finance.refunds.models import Refund
from shared.finance.refunds.order_totals import BY_STRIPE, sum_of
from shared.finance.refunds.rules import Burden, RefundState, Sum, bear
from shared.finance.refunds.stripe_reads import Along
from shared.finance.refunds.writes import MARK, ORDER
from shared.infra import unit
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.refunds import StripeRefund
from shared.infra.unit import Transaction
from shared.trade.commission.queries import get_policy
from shared.trade.orders.models import Order

log = logging.getLogger("markethall.refunds")


class NoRoomYet(TryLater):
    """A refund of ours still counts against the order; Stripe will refuse it, and then this one
    fits.
    """

    code = "refund_has_no_room_yet"


async def sync_stripe_refund(
    gateway: Gateway, stripe_refund_id: str
) -> RefundState | None:
    """Read a refund by Stripe's number and let our row follow, made now if there is none; None when
    it is not of our payments.
    """
    known = await Refund.get_or_none(stripe_refund_id=stripe_refund_id)
    if known is not None:
        return await sync.sync_refund(gateway, known.id)
    try:
        answer = await gateway.refunds.get(stripe_refund_id)
    except StripeMissing:
        return None
    return await import_refund(gateway, answer)


async def sync_refunds_of(gateway: Gateway, intent_id: str) -> int:
    """Follow every refund of one payment; how many there are."""
    found = await gateway.refunds.list(payment_intent=intent_id)
    for answer in found:
        await import_refund(gateway, answer)
    return len(found)


async def import_refund(gateway: Gateway, answer: StripeRefund) -> RefundState | None:
    """Let the row of Stripe's refund follow it: the one with its number, the one that it is marked
    with, or a new one.
    """
    payment = await _payment_of(answer)
    if payment is None:
        return None
    row = await _row_of(payment, answer)
    if row is not None:
        return await sync.take_on(gateway, row.id, answer)
    if payment.status not in PAID_STATES:
        await payments.confirm_payment(gateway, str(payment.stripe_payment_intent_id))
        await payment.refresh_from_db()
    if payment.status not in PAID_STATES:
        log.warning(
            "refund %s is of payment %s, which is %s: a person must look",
            answer.id,
            payment.id,
            payment.status,
        )
        return None
    is_bare = payment.stripe_transfer_id is None and not payment.is_slice
    if is_bare and payment.stripe_charge_id is not None:
        await payments.record_charge(gateway, payment.stripe_charge_id)
        await payment.refresh_from_db()
    noted = await stripe_reads.noted_fee_refunds(payment)
    moved = await stripe_reads.along(gateway, payment, answer, noted)
    async with unit.transaction() as tx:
        refund_id = await _make_row(tx, payment, answer, moved)
        state = await sync.apply_in(tx, refund_id, answer, moved)
    await sync.settle_claim(gateway, refund_id)
    return state


async def row_of(answer: StripeRefund) -> Refund | None:
    """The row of a refund that is at Stripe, if we asked for it or have given it one."""
    payment = await _payment_of(answer)
    return None if payment is None else await _row_of(payment, answer)


async def _payment_of(answer: StripeRefund) -> Payment | None:
    """Whose a refund is; of an intent that several orders share, of the one whose number it bears.

    Raises WhichOrder where nobody said which.
    """
    intent_id = answer.payment_intent or "-"
    found = Payment.filter(stripe_payment_intent_id=intent_id)
    payments = await found.order_by("id").select_related("order")
    if len(payments) < 2:
        return payments[0] if payments else None
    number = answer.metadata.get(ORDER)
    known = await Refund.get_or_none(stripe_refund_id=answer.id)
    for payment in payments:
        is_known = known is not None and known.payment_id == payment.id
        if is_known or (known is None and payment.order.number == number):
            return payment
    raise WhichOrder(log=f"{WhichOrder.default} ({answer.id} of {intent_id})")


async def _row_of(payment: Payment, answer: StripeRefund) -> Refund | None:
    known = await Refund.get_or_none(stripe_refund_id=answer.id)
    return known or await _marked(payment, answer)


async def _marked(payment: Payment, answer: StripeRefund) -> Refund | None:
    """The refund that we asked for and whose answer got lost."""
    order_number, _, number = answer.metadata.get(MARK, "").rpartition(":")
    if order_number != payment.order.number or not number.isdigit():
        return None
    return await Refund.get_or_none(
        order_id=payment.order_id,
        number=int(number),
        stripe_refund_id=None,
    )


async def _make_row(
    tx: Transaction, payment: Payment, answer: StripeRefund, moved: Along
) -> int:
    """A row for a refund that was made outside.

    What Stripe took from the vendor is what it bears; else our policy says. In a transaction.
    """
    order = await tx.lock(Order, id=payment.order_id)
    await tx.lock(Payment, id=payment.id)
    if (row := await Refund.get_or_none(stripe_refund_id=answer.id)) is not None:
        return int(row.id)
    _must_be_of_one(payment, order, answer)
    await _make_room(tx, order, answer)
    now = await Order.get(id=order.id)
    found, policy = await sum_of(now), await get_policy()
    if not await refunded_amounts.count_against(tx, order, answer.amount):
        raise NoRoomYet
    worked_out = bear(found, answer.amount, policy.refund_policy)
    burden = _as_moved(found, worked_out, answer.amount, moved)
    row = await tx.create(
        Refund,
        vendor_id=order.vendor_id,
        order_id=order.id,
        payment_id=payment.id,
        number=1 + await Refund.filter(order_id=order.id).count(),
        status=RefundState.OPENING,
        amount=answer.amount,
        vendor_part=burden.vendor,
        commission_part=burden.commission,
        discount_part=burden.discount,
        currency=answer.currency,
        policy=policy.refund_policy,
        reverse_transfer=bool(moved.reversed),
        refund_application_fee=bool(moved.fee_back),
        idempotency_key=f"stripe:{answer.id}",
        stripe_refund_id=answer.id,
        requested_by=BY_STRIPE,
    )
    _record(tx, row)
    return int(row.id)


def _must_be_of_one(payment: Payment, order: Order, answer: StripeRefund) -> None:
    """Of a charge that orders share, Stripe gives back what it was asked for, whosever it is."""
    left = max(order.total_amount_cents - order.returned_amount, 0)
    if payment.is_slice and answer.amount > left:
        raise MoreThanOneOrder(
            Money(answer.amount, answer.currency),
            order.number,
            Money(left, order.currency),
        )


def _as_moved(found: Sum, burden: Burden, amount: int, moved: Along) -> Burden:
    """What Stripe took along says who bears it; the marketplace's discount comes back all the
    same.

    Where the marketplace sent a contribution besides, the sale had no application fee, so nobody
    could choose: our policy says, and what did not come along is claimed.
    """
    if found.sold.contribution or not (moved.reversed or moved.fee_back):
        return burden
    back = min(moved.fee_back, amount)
    discount = burden.discount
    return Burden(amount - back, back + discount, discount)


def _record(tx: Transaction, row: Refund) -> None:
    tx.record_of_order(
        row.order_id,
        "refund.adopted",
        actor=BY_STRIPE,
        subject=f"refund:{row.id}",
        vendor_id=row.vendor_id,
        amount=row.amount,
        currency=row.currency,
        stripe_id=row.stripe_refund_id,
    )


async def _make_room(
    tx: Transaction,
    order: Order,
    answer: StripeRefund,
) -> None:
    """What waits for the operator gives way to money that has really gone; the newest first."""
    left = order.total_amount_cents - order.refunded_amount
    was, now = RefundState.AWAITING_APPROVAL, RefundState.DECLINED
    waiting = Refund.filter(order_id=order.id, status=was).order_by("-id")
    why = in_english("refunds.put_off", "external")
    for refund in await waiting:
        if left >= answer.amount:
            return
        if await refunded_amounts.put_off(
            tx, order, refund, was, now, why=why, by=BY_STRIPE
        ):
            left += refund.amount
