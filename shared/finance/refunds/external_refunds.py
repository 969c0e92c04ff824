"""Refunds that Stripe tells us of: ours by their mark, or made by a person in Stripe's dashboard,
which get a row of their own.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.core.words import in_english
from shared.finance.payments import service as payments
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PAID_STATES
from shared.finance.refunds import refunded_amounts, shared_refunds, stripe_reads, sync
from shared.finance.refunds.errors import NoRoomYet
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


async def sync_stripe_refund(
    gateway: Gateway,
    stripe_refund_id: str,
) -> RefundState | None:
    """Read a refund by Stripe's number and let our row follow, made now if there is none; None when
    it is not of our payments.
    """
    known = await known_row(stripe_refund_id)
    if known is not None:
        return await sync.sync_refund(gateway, known.id)
    try:
        answer = await gateway.refunds.get(stripe_refund_id)
    except StripeMissing:
        return None
    return await import_refund(gateway, answer)


async def sync_refunds_of(
    gateway: Gateway,
    intent_id: str,
) -> int:
    """Follow every refund of one payment; how many there are."""
    found = await gateway.refunds.list(payment_intent=intent_id)
    for answer in found:
        await import_refund(gateway, answer)
    return len(found)


async def import_refund(
    gateway: Gateway,
    answer: StripeRefund,
) -> RefundState | None:
    """Let the row of Stripe's refund follow it: the one with its number, the one that it is marked
    with, or a new one; of a charge that orders share, one for each that has a part of it.
    """
    of_intent = await _payments_of(answer)
    if not of_intent:
        return None
    row = await _row_of(of_intent, answer)
    if row is not None:
        return await sync.follow(gateway, row, answer)
    if of_intent[0].status not in PAID_STATES:
        intent_id = str(of_intent[0].stripe_payment_intent_id)
        await payments.confirm_payment(gateway, intent_id)
        of_intent = await _payments_of(answer)
    payment = of_intent[0]
    if payment.status not in PAID_STATES:
        log.warning(
            "refund %s is of payment %s, which is %s: a person must look",
            answer.id,
            payment.id,
            payment.status,
        )
        return None
    if payment.is_slice:
        return await _import_shared(gateway, of_intent, answer)
    return await _import_alone(gateway, payment, answer)


async def _import_alone(
    gateway: Gateway,
    payment: Payment,
    answer: StripeRefund,
) -> RefundState:
    if payment.stripe_transfer_id is None and payment.stripe_charge_id is not None:
        await payments.record_charge(gateway, payment.stripe_charge_id)
        await payment.refresh_from_db()
    noted = await stripe_reads.noted_fee_refunds(payment)
    moved = await stripe_reads.along(gateway, payment, answer, noted)
    async with unit.transaction() as tx:
        order = await tx.lock(Order, id=payment.order_id)
        await tx.lock(Payment, id=payment.id)
        row = await known_row(answer.id)
        if row is None:
            part = ShareOfRefund(order, payment, answer.amount)
            row = await _make_row(tx, part, answer, moved)
        state = await sync.apply_in(tx, row.id, answer, moved)
    await sync.settle_claim(gateway, row.id)
    return state


async def _import_shared(
    gateway: Gateway,
    of_intent: Sequence[Payment],
    answer: StripeRefund,
) -> RefundState:
    """All parts in one transaction, so that nobody ever sees some of them."""
    async with unit.transaction() as tx:
        slices = await shared_refunds.lock_orders(tx, of_intent)
        row = await known_row(answer.id)
        if row is None:
            row = await _make_parts(tx, slices, answer)
        state = await sync.apply_parts(tx, answer)
    await sync.settle_claims(gateway, row)
    return state


async def known_row(stripe_refund_id: str) -> Refund | None:
    """Our row of a refund at Stripe; of one that several orders share, the first."""
    mine = Refund.filter(stripe_refund_id=stripe_refund_id)
    return await mine.order_by("id").first()


async def row_of(answer: StripeRefund) -> Refund | None:
    """The row of a refund that is at Stripe, if we asked for it or have given it one."""
    return await _row_of(await _payments_of(answer), answer)


async def _payments_of(answer: StripeRefund) -> list[Payment]:
    """What a refund is of: a payment, or the parts that several orders have of one."""
    intent_id = answer.payment_intent or "-"
    found = Payment.filter(stripe_payment_intent_id=intent_id)
    return await found.order_by("id").select_related("order")


async def _row_of(
    of_intent: Sequence[Payment],
    answer: StripeRefund,
) -> Refund | None:
    if not of_intent:
        return None
    return await known_row(answer.id) or await _marked(of_intent, answer)


async def _marked(
    of_intent: Sequence[Payment],
    answer: StripeRefund,
) -> Refund | None:
    """The refund that we asked for and whose answer got lost."""
    order_number, _, number = answer.metadata.get(MARK, "").rpartition(":")
    order_id = _named(of_intent, order_number)
    if order_id is None or not number.isdigit():
        return None
    return await Refund.get_or_none(
        order_id=order_id,
        number=int(number),
        stripe_refund_id=None,
    )


def _named(
    of_intent: Sequence[Payment],
    number: str | None,
) -> int | None:
    """Which of these orders has that number."""
    named = (each.order_id for each in of_intent if each.order.number == number)
    return next(named, None)


@frozen
class ShareOfRefund:
    """What a refund gives back of an order, which is locked with its payment.

    `whole`: what Stripe's refund comes to, where other orders have a part of it; minor units.
    """

    order: Order
    payment: Payment
    amount: int
    whole: int | None = None


async def _make_parts(
    tx: Transaction,
    slices: Sequence[tuple[Order, Payment]],
    answer: StripeRefund,
) -> Refund:
    """A row for each order that a refund gives something back of; the first of them."""
    number = answer.metadata.get(ORDER)
    orders = [order for order, _ in slices]
    of_number = {order.number: order.id for order in orders}
    amounts = shared_refunds.parts_of(
        Money(answer.amount, answer.currency),
        await shared_refunds.left_of(orders),
        named=of_number.get(number or ""),
    )
    whole = answer.amount if len(amounts) > 1 else None
    parts = [
        ShareOfRefund(
            order,
            payment,
            amounts[order.id],
            whole,
        )
        for order, payment in slices
        if order.id in amounts
    ]
    rows = [await _make_row(tx, part, answer, Along()) for part in parts]
    return rows[0]


async def _make_row(
    tx: Transaction, part: ShareOfRefund, answer: StripeRefund, moved: Along
) -> Refund:
    """A row for a refund that was made outside, or an order's part of it.

    What Stripe took from the vendor is what it bears; else our policy says. In a transaction.
    """
    order, amount = part.order, part.amount
    await _make_room(tx, order, amount)
    now = await Order.get(id=order.id)
    found, policy = await sum_of(now), await get_policy()
    if not await refunded_amounts.count_against(tx, order, amount):
        raise NoRoomYet
    burden = _as_moved(found, bear(found, amount, policy.refund_policy), amount, moved)
    mine = f":{order.id}" if part.whole is not None else ""
    row = await tx.create(
        Refund,
        vendor_id=order.vendor_id,
        order_id=order.id,
        payment_id=part.payment.id,
        number=1 + await Refund.filter(order_id=order.id).count(),
        status=RefundState.OPENING,
        amount=amount,
        vendor_part=burden.vendor,
        commission_part=burden.commission,
        discount_part=burden.discount,
        currency=answer.currency,
        policy=policy.refund_policy,
        reverse_transfer=bool(moved.reversed),
        refund_application_fee=bool(moved.fee_back),
        idempotency_key=f"stripe:{answer.id}{mine}",
        stripe_refund_id=answer.id,
        stripe_amount=part.whole,
        requested_by=BY_STRIPE,
    )
    _record(tx, row)
    return row


def _as_moved(
    found: Sum,
    burden: Burden,
    amount: int,
    moved: Along,
) -> Burden:
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


def _record(
    tx: Transaction,
    row: Refund,
) -> None:
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
    amount: int,
) -> None:
    """What waits for the operator gives way to money that has really gone; the newest first."""
    left = order.total_amount_cents - order.refunded_amount
    was, now = RefundState.AWAITING_APPROVAL, RefundState.DECLINED
    waiting = Refund.filter(order_id=order.id, status=was).order_by("-id")
    why = in_english("refunds.put_off", "external")
    for refund in await waiting:
        if left >= amount:
            return
        if await refunded_amounts.put_off(
            tx, order, refund, was, now, why=why, by=BY_STRIPE
        ):
            left += refund.amount
