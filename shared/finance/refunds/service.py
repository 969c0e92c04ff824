"""Asking for a refund: what counts against the order from the moment that it is asked for.

What is let through is a durable write (writes.py), opened in the same transaction, and asked of
Stripe at once by whoever calls `try_now`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from shared.core.errors import MarketError, TryLater
from shared.core.money import Money
from shared.finance.payments.models import Payment
from shared.finance.refunds import sync
from shared.finance.refunds.errors import (
    CauseLacking,
    ChargedBack,
    NoRefundsLeft,
    NotPaid,
    PaymentDiffers,
    RefundedMeanwhile,
    RefundNotFound,
    TooMuch,
)
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.order_totals import (
    check_bank,
    payment_of,
    sum_of,
    unapproved,
)
from shared.finance.refunds.refunded_amounts import count_against, count_pieces
from shared.finance.refunds.rules import (
    Refundability,
    RefundRequest,
    RefundState,
    Worked,
    bear,
    work_out,
)
from shared.finance.refunds.stripe_reads import refundability_of
from shared.finance.refunds.writes import CreateRefund
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.restore_check import money_may_move
from shared.infra.mail import service as mail
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction
from shared.trade.commission.queries import Policy, get_policy
from shared.trade.orders.errors import OrderNotFound
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus
from shared.trade.people.queries import operator_emails
from shared.trade.vendors.models import Vendor

log = logging.getLogger("markethall.refunds")

# Never fraudulent: that blocks the shopper's card and email.
REASONS = ("requested_by_customer", "duplicate")
PAID = (PaymentStatus.PAID, PaymentStatus.REFUNDED)
MAX_NOTE = 500


@dataclass(frozen=True)
class Requested:
    """A refund that was written down."""

    id: int
    number: int
    state: RefundState
    amount: Money

    @classmethod
    def of(cls, refund: Refund) -> Requested:
        """Make it of the row, as it stands there."""
        amount = Money(refund.amount, refund.currency)
        return cls(refund.id, refund.number, RefundState(refund.status), amount)


async def request(
    gateway: Gateway,
    *,
    vendor_id: int,
    number: str,
    wish: RefundRequest,
    reason: str,
    note: str,
    by: str,
    seen: int | None = None,
) -> Requested:
    """Write down a refund of one of this vendor's orders; above the operator's limit it waits for
    approval.

    `seen` is how many refunds the order had when the person looked: pressed twice, or two people at
    once, one wins. Raises StandsStill, NotFound, NotPaid, ChargedBack, TakenByBank, NoRefundsLeft,
    BadRefund, TooMuch, RefundedMeanwhile.
    """
    await money_may_move()
    if reason not in REASONS:
        raise CauseLacking
    order, payment = await _refundable(gateway, vendor_id, number)
    said = {"reason": reason, "note": note[:MAX_NOTE], "requested_by": by[:60]}
    async with unit.transaction() as tx:
        order = await tx.lock(Order, id=order.id)
        payment = await tx.lock(Payment, id=payment.id)
        check_bank(order)  # again, now that it is locked
        await _check_seen(order, seen)
        _check_payment(order, payment)
        refund = await _write_down(tx, order, payment, wish, said)
        await _next_step(tx, order, payment, refund)
        _record_request(tx, refund, by=by)
    return Requested.of(refund)


async def _refundable(
    gateway: Gateway,
    vendor_id: int,
    number: str,
) -> tuple[Order, Payment]:
    """One of this vendor's orders that is paid, and that no bank has taken back."""
    order = await Order.get_or_none(vendor_id=vendor_id, number=number)
    if order is None:
        raise OrderNotFound
    payment = await payment_of(order.id)
    if payment is None or order.payment_status not in PAID:
        raise NotPaid
    await _check_bank(gateway, order, payment)
    return order, payment


async def _check_bank(gateway: Gateway, order: Order, payment: Payment) -> None:
    """Raise what to say when the shopper's bank has this payment, by what we know of it and by what
    Stripe says now.
    """
    check_bank(order)
    match await refundability_of(gateway, payment):
        case Refundability.CHARGED_BACK:
            raise ChargedBack
        case Refundability.DECIDED:
            raise NoRefundsLeft


async def _check_seen(order: Order, seen: int | None) -> None:
    if seen is not None and seen != await _number_of_refunds(order):
        raise RefundedMeanwhile((await sum_of(order)).left)


async def _number_of_refunds(order: Order) -> int:
    return await Refund.filter(order_id=order.id).count()


async def _write_down(
    tx: Transaction,
    order: Order,
    payment: Payment,
    wish: RefundRequest,
    said: dict[str, Any],
) -> Refund:
    """Make the row and its lines, and let them count against the order.

    `said` are the columns of who asks, and why.
    """
    found, policy = await sum_of(order), await get_policy()
    worked = work_out(found, wish)
    burden = bear(found, worked.amount, policy.refund_policy)
    if not await count_against(tx, order, worked.amount, beside=found.taken):
        raise TooMuch(found.left)
    number = await _number_of_refunds(order) + 1
    refund = await tx.create(
        Refund,
        **_about(order, payment),
        number=number,
        status=await _first_state(policy, order, worked),
        amount=worked.amount,
        vendor_part=burden.vendor,
        commission_part=burden.commission,
        policy=policy.refund_policy,
        idempotency_key=f"order:{order.number}:refund:{number}:1",
        **said,
    )
    await _add_lines(refund, worked)
    return refund


def _record_request(tx: Transaction, refund: Refund, *, by: str) -> None:
    tx.record_of_order(
        refund.order_id,
        "refund.requested",
        actor=by,
        subject=f"refund:{refund.id}",
        vendor_id=refund.vendor_id,
        order=refund.order_id,
        amount=refund.amount,
        currency=refund.currency,
        waits=refund.status == RefundState.AWAITING_APPROVAL,
    )


def _about(order: Order, payment: Payment) -> dict[str, Any]:
    return {
        "vendor_id": order.vendor_id,
        "order_id": order.id,
        "payment_id": payment.id,
        "currency": order.currency,
    }


async def _first_state(policy: Policy, order: Order, worked: Worked) -> RefundState:
    asked_for = Money(worked.amount + await unapproved(order.id), order.currency)
    waits = policy.needs_approval(asked_for)
    return RefundState.AWAITING_APPROVAL if waits else RefundState.OPENING


def _check_payment(order: Order, payment: Payment) -> None:
    paid = (payment.currency, payment.amount_total)
    if paid != (order.currency, order.total_amount_cents):
        raise PaymentDiffers


async def _add_lines(refund: Refund, worked: Worked) -> None:
    await RefundLine.bulk_create(
        RefundLine(
            refund=refund,
            order_line_id=p.line_id,
            quantity=p.quantity,
            amount=p.amount,
            restock=p.restock,
        )
        for p in worked.parts
    )
    for part in worked.parts:
        await count_pieces(part.line_id, part.quantity)


async def _next_step(
    tx: Transaction,
    order: Order,
    payment: Payment,
    refund: Refund,
) -> None:
    if refund.status == RefundState.OPENING:
        await writes.open_write(tx, CreateRefund.of(order, payment, refund))
    else:
        await _tell_operators(tx, order, refund)


async def _tell_operators(tx: Transaction, order: Order, refund: Refund) -> None:
    vendor = await Vendor.get(id=refund.vendor_id)
    context = {
        "vendor_name": vendor.name,
        "number": order.number,
        "amount": Money(refund.amount, refund.currency),
    }
    for place, email in enumerate(await operator_emails()):
        mail.post(
            tx,
            "refund_waits",
            to=email,
            unique_key=f"refund_waits:{refund.id}:{place}",
            order_id=order.id,
            context=context,
        )


async def ask(gateway: Gateway, refund_id: int) -> RefundState:
    """Have Stripe asked for a refund that is written down; nothing when it was answered already.

    Raises NotFound, and StripeUnavailable, NotItsTurn, ChargeNotReady: the write's own job goes on
    with it.
    """
    refund = await _row(refund_id)
    if refund.status == RefundState.OPENING:
        asked = CreateRefund.of(refund.order, refund.payment, refund)
        write_id = await writes.opened(asked, asked_at=refund.created_at)
        performed = await writes.perform(gateway, write_id)
        if performed.state == WriteState.ANSWERED:
            await sync.settle_claim(gateway, refund_id)
    return RefundState((await _row(refund_id)).status)


async def _row(refund_id: int) -> Refund:
    refund = await Refund.get_or_none(id=refund_id).select_related("order", "payment")
    if refund is None:
        raise RefundNotFound
    return refund


@dataclass(frozen=True)
class RefundAttempt:
    """Where a refund stands after it was tried at once, and the code of the error that keeps it
    waiting, if one does.
    """

    state: RefundState
    waits: str | None = None


async def try_now(gateway: Gateway, refund_id: int) -> RefundAttempt:
    """Ask Stripe at once, for whoever waits for the page; what cannot be done now, the write's job
    does.
    """
    try:
        return RefundAttempt(await ask(gateway, refund_id), None)
    except TryLater as later:
        waits = later.code
        log.info("refund %s is asked for later: %s", refund_id, later.log or later)
    except MarketError as error:
        waits = error.code
        why = error.log or error
        log.warning("refund %s could not be asked for: %s", refund_id, why)
    return RefundAttempt(RefundState((await _row(refund_id)).status), waits)
