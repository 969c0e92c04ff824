"""Asking for a refund, approving and declining it: what counts against the order from the moment that it is asked for.

Nothing is asked of Stripe here; that is asking.py, from a job written in the same transaction and at once by whoever calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.expressions import F

from shared.core import clock
from shared.core.errors import Invalid, NotFound
from shared.core.money import Money
from shared.finance.payments.models import Payment
from shared.finance.refunds import texts
from shared.finance.refunds.at_stripe import standing_of
from shared.finance.refunds.errors import (
    AlreadyDecided,
    ChargedBack,
    Differs,
    Meanwhile,
    NoRefundsLeft,
    NotPaid,
    TooMuch,
)
from shared.finance.refunds.facts import check_bank, payment_of, sum_of, unapproved
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.rules import RefundState, Standing, Wish, Worked, bear, work_out
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.standing import money_may_move
from shared.infra.jobs import queue
from shared.infra.mail import service as mail
from shared.infra.unit import Act, Transaction
from shared.trade.commission.queries import Policy, get_policy
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.rules import PaymentStatus
from shared.trade.people.queries import operator_emails
from shared.trade.vendors.models import Vendor

SOON = timedelta(seconds=30)  # the caller asks Stripe at once; the job is for when it cannot
REASONS = ("requested_by_customer", "duplicate")  # never fraudulent: that blocks the shopper's card and email
PAID = (PaymentStatus.PAID, PaymentStatus.REFUNDED)
MAX_NOTE = 500
MAX_REASON = 300


@dataclass(frozen=True)
class Requested:
    """A refund that was written down."""

    id: int
    number: int
    state: RefundState
    amount: Money


async def request(
    gateway: Gateway,
    *,
    vendor_id: int,
    number: str,
    wish: Wish,
    reason: str,
    note: str,
    by: str,
    seen: int | None = None,
) -> Requested:
    """Write down a refund of one of this vendor's orders; above the operator's limit it waits for approval.

    `seen` is how many refunds the order had when the person looked: pressed twice, or two people at once, one wins.
    Raises StandsStill, NotFound, NotPaid, ChargedBack, TakenByBank, NoRefundsLeft, BadRefund, TooMuch, Meanwhile.
    """
    await money_may_move()
    if reason not in REASONS:
        raise Invalid("Choose why it is given back.", param="reason")
    order = await Order.get_or_none(vendor_id=vendor_id, number=number)
    if order is None:
        raise NotFound("We could not find that order.")
    payment = await payment_of(order.id)
    if payment is None or order.payment_status not in PAID:
        raise NotPaid
    await _check_bank(gateway, order, payment)
    policy = await get_policy()
    async with unit.transaction() as tx:
        locked = await tx.lock(Order, id=order.id)
        await tx.lock(Payment, id=payment.id)
        refund, worked = await _write_down(
            tx, locked, payment, wish, policy, reason=reason, note=note[:MAX_NOTE], by=by, seen=seen
        )
        await _next_step(tx, locked, refund)
        tx.record_of_order(
            order.id,
            "refund.requested",
            actor=by,
            subject=f"refund:{refund.id}",
            vendor_id=vendor_id,
            order=order.id,
            amount=worked.amount,
            currency=refund.currency,
            waits=refund.status == RefundState.AWAITING_APPROVAL,
        )
    return Requested(refund.id, refund.number, RefundState(refund.status), Money(refund.amount, refund.currency))


async def _check_bank(gateway: Gateway, order: Order, payment: Payment) -> None:
    """Raise what to say when the shopper's bank has this payment, by what we know of it and by what Stripe says now."""
    check_bank(order)
    match await standing_of(gateway, payment):
        case Standing.CHARGED_BACK:
            raise ChargedBack
        case Standing.DECIDED:
            raise NoRefundsLeft


async def _write_down(
    tx: Transaction,
    order: Order,
    payment: Payment,
    wish: Wish,
    policy: Policy,
    *,
    reason: str,
    note: str,
    by: str,
    seen: int | None,
) -> tuple[Refund, Worked]:
    check_bank(order)  # now that it is locked
    before = await Refund.filter(order_id=order.id).count()
    found = await sum_of(order)
    if seen is not None and seen != before:
        raise Meanwhile(found.left)
    worked = work_out(found, wish)
    _check_payment(order, payment)
    burden = bear(found, worked.amount, policy.refund_policy)
    if not await count_against(tx, order, worked.amount, beside=found.taken):
        raise TooMuch(found.left)
    refund = await tx.create(
        Refund,
        **_about(order, payment),
        number=before + 1,
        status=await _first_state(policy, order, worked),
        amount=worked.amount,
        vendor_part=burden.vendor,
        commission_part=burden.commission,
        policy=policy.refund_policy,
        reason=reason,
        note=note,
        idempotency_key=key_of(order.number, before + 1, 1),
        requested_by=by[:60],
    )
    await _add_lines(refund, worked)
    return refund, worked


def _about(order: Order, payment: Payment) -> dict[str, Any]:
    return {
        "vendor_id": order.vendor_id,
        "order_id": order.id,
        "payment_id": payment.id,
        "currency": order.currency,
    }


async def _first_state(policy: Policy, order: Order, worked: Worked) -> RefundState:
    asked_for = Money(worked.amount + await unapproved(order.id), order.currency)
    return RefundState.AWAITING_APPROVAL if policy.needs_approval(asked_for) else RefundState.OPENING


def _check_payment(order: Order, payment: Payment) -> None:
    if payment.currency != order.currency or payment.amount_total != order.total_amount_cents:
        raise Differs(
            "This order’s payment is in another currency or of another amount. The marketplace has to look at it."
        )


async def _add_lines(refund: Refund, worked: Worked) -> None:
    await RefundLine.bulk_create(
        RefundLine(refund=refund, order_line_id=p.line_id, quantity=p.quantity, amount=p.amount, restock=p.restock)
        for p in worked.parts
    )
    for part in worked.parts:
        await _count_pieces(part.line_id, part.quantity)


def key_of(order_number: str, number: int, attempt: int) -> str:
    """The idempotency key of one attempt at a refund."""
    return f"order:{order_number}:refund:{number}:{attempt}"


async def count_against(tx: Transaction, order: Order, amount: int, *, beside: int = 0) -> bool:
    """Let `amount` count against what is left of an order, inside the caller's transaction; False when there is not that much.

    `beside` is what banks hold or took of it; nought for a refund that Stripe has made already, whatever else happened.
    """
    most = order.total_amount_cents - amount - beside
    known = order.refunded_amount
    return known <= most and await tx.change(order, where={"refunded_amount": known}, refunded_amount=known + amount)


async def free(tx: Transaction, order: Order, refund: Refund) -> None:
    """Let amount and pieces of a refund be left again, inside the caller's transaction: it was not made after all."""
    known = order.refunded_amount
    left = known - refund.amount
    if left < 0 or not await tx.change(order, where={"refunded_amount": known}, refunded_amount=left):
        raise RuntimeError(f"order {refund.order_id} has less than {refund.amount} given back")
    for part in await RefundLine.filter(refund_id=refund.id).order_by("order_line_id"):
        await _count_pieces(part.order_line_id, -part.quantity)


async def _count_pieces(line_id: int, pieces: int) -> None:
    """So many more pieces of an order's line are spoken for; the table's CHECK holds it between nought and what was sold."""
    await OrderLine.filter(id=line_id).update(refunded_quantity=F("refunded_quantity") + pieces, updated_at=clock.now())


async def _next_step(tx: Transaction, order: Order, refund: Refund) -> None:
    if refund.status == RefundState.OPENING:
        await _ask_soon(tx, refund.id)
        return
    vendor = await Vendor.get(id=refund.vendor_id)
    subject, text = texts.waits(
        order.number,
        vendor_name=vendor.name,
        amount=Money(refund.amount, refund.currency),
        link=f"{mail.PUBLIC_URL}/operator/refunds",
    )
    for place, email in enumerate(await operator_emails()):
        mail.post(
            tx,
            "refund_waits",
            to=email,
            subject=subject,
            text=text,
            unique_key=f"refund_waits:{refund.id}:{place}",
            order_id=order.id,
        )


async def _ask_soon(tx: Transaction, refund_id: int) -> None:
    queue.enqueue(
        tx,
        "refunds.carry_out",
        {"refund_id": refund_id},
        run_at=clock.now() + SOON,
        unique_key=f"carry_out:{refund_id}",
    )


async def locked(tx: Transaction, refund_id: int) -> tuple[Order, Payment, Refund]:
    """The order, its payment and the refund, locked in the one order of docs/architecture.md. Raises NotFound."""
    found = await Refund.get_or_none(id=refund_id) if 0 < refund_id < 2**63 else None
    if found is None:
        raise NotFound("We could not find that refund.")
    order = await tx.lock(Order, id=found.order_id)
    payment = await tx.lock(Payment, id=found.payment_id)
    refund = await tx.lock(Refund, id=refund_id)
    return order, payment, refund


async def approve(refund_id: int, *, by: str) -> Requested:
    """The operator lets a refund through. Raises NotFound, AlreadyDecided."""
    async with unit.transaction() as tx:
        _, _, refund = await locked(tx, refund_id)
        moved = await tx.move(
            refund,
            to=RefundState.OPENING,
            where={"status": RefundState.AWAITING_APPROVAL},
            act=Act("refund.approved", by),
            decided_by=by[:60],
        )
        if not moved:
            raise AlreadyDecided
        await _ask_soon(tx, refund.id)
    return Requested(refund.id, refund.number, RefundState.OPENING, Money(refund.amount, refund.currency))


async def decline(refund_id: int, *, reason: str, by: str) -> Requested:
    """The operator says no, and why; the vendor is told. Raises NotFound, AlreadyDecided, Invalid."""
    text = " ".join(reason.split())
    if not text or len(text) > MAX_REASON:
        raise Invalid(f"Say why, in at most {MAX_REASON} characters.", param="reason")
    async with unit.transaction() as tx:
        order, _, refund = await locked(tx, refund_id)
        if not await put_off(tx, order, refund, RefundState.AWAITING_APPROVAL, RefundState.DECLINED, why=text, by=by):
            raise AlreadyDecided
    return Requested(refund.id, refund.number, RefundState.DECLINED, Money(refund.amount, refund.currency))


async def put_off(
    tx: Transaction, order: Order, refund: Refund, was: RefundState, now: RefundState, *, why: str, by: str
) -> bool:
    """A refund is not made at all: what it counted is left again, and the vendor gets a mail. In the caller's transaction."""
    decided = {"decided_by": by[:60]} if now is RefundState.DECLINED else {}
    moved = await tx.move(
        refund,
        to=now,
        where={"status": was},
        act=Act(f"refund.{now}", by, {"reason": why}),
        refusal=why[:MAX_REASON],
        **decided,
    )
    if not moved:
        return False
    await free(tx, order, refund)
    vendor = await Vendor.get(id=refund.vendor_id)
    subject, text = texts.refused(
        order.number,
        vendor_name=vendor.name,
        amount=Money(refund.amount, refund.currency),
        reason=why if now is RefundState.REFUSED else f"The marketplace writes: {why}",
        link=f"{mail.PUBLIC_URL}/vendor/admin/orders/{order.number}",
    )
    key = f"refund_{now}:{refund.id}"
    mail.post(
        tx, f"refund_{now}", to=vendor.business_email, subject=subject, text=text, unique_key=key, order_id=order.id
    )
    return True
