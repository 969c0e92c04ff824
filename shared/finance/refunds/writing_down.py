"""A refund as it is written down: its row and lines, what they count for, and what asks Stripe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.core import clock
from shared.core.money import Money
from shared.finance.payments.models import Payment
from shared.finance.refunds import nothing_paid
from shared.finance.refunds.errors import TooMuch
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.refunded_amounts import count_against, count_pieces_later
from shared.finance.refunds.rules import (
    RefundRequest,
    RefundState,
    Sum,
    bear,
)
from shared.finance.refunds.statements import OrderTotals
from shared.finance.refunds.stripe_reads import earlier_refunds
from shared.finance.refunds.wishes import Worked, work_out
from shared.finance.refunds.writes import ChargeFacts, CreateRefund
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order


async def write_down(
    tx: Transaction,
    order: Order,
    payment: Payment,
    totals: OrderTotals,
    wish: RefundRequest,
    said: dict[str, Any],
) -> Refund:
    """Make the row and its lines, and let them count against the order.

    `said` are the columns of who asks, and why.
    """
    found, policy = totals.sum, totals.policy
    worked = work_out(found, wish)
    burden = bear(found, worked.amount, policy.refund_policy)
    await _count(tx, order, worked, found)
    asked_for = Money(worked.amount + totals.unapproved, order.currency)
    waits = not said["decided_by"] and policy.needs_approval(asked_for)
    number = totals.refunds + 1
    refund = await tx.create(
        Refund,
        **_about(order, payment),
        number=number,
        status=RefundState.AWAITING_APPROVAL if waits else RefundState.OPENING,
        amount=worked.amount,
        shipping_amount=worked.shipping,
        vendor_part=burden.vendor,
        commission_part=burden.commission,
        discount_part=burden.discount,
        policy=policy.refund_policy,
        idempotency_key=f"order:{order.number}:refund:{number}:1",
        **said,
    )
    _add_lines(tx, refund, worked)
    if not worked.amount:
        await nothing_paid.settle(tx, refund)
    return refund


async def _count(
    tx: Transaction,
    order: Order,
    worked: Worked,
    found: Sum,
) -> None:
    counted = await count_against(
        tx,
        order,
        worked.amount,
        beside=found.taken,
        shipping=worked.shipping,
    )
    if not counted:
        raise TooMuch(found.left)


async def open_write(
    tx: Transaction,
    order: Order,
    payment: Payment,
    refund: Refund,
    totals: OrderTotals,
    facts: ChargeFacts | None,
) -> StripeWrite:
    """Write down what Stripe is asked; how, too, where that is known and it is its turn."""
    asked = CreateRefund.of(order, payment, refund)
    if facts is None or totals.waits:
        return await writes.open_write(tx, asked)
    sale = replace(facts.sale, touched=totals.touched)
    earlier = await earlier_refunds(refund) if totals.refunds else []
    asked = asked.by_facts(order, refund, replace(facts, sale=sale), earlier)
    await tx.change(refund, **asked.way)
    return await writes.open_write(tx, asked, asked_at=clock.now())


def _about(
    order: Order,
    payment: Payment,
) -> dict[str, Any]:
    return {
        "vendor_id": order.vendor_id,
        "order_id": order.id,
        "payment_id": payment.id,
        "currency": order.currency,
    }


def _add_lines(
    tx: Transaction,
    refund: Refund,
    worked: Worked,
) -> None:
    for part in worked.parts:
        line = RefundLine(
            refund_id=refund.id,
            order_line_id=part.line_id,
            quantity=part.quantity,
            amount=part.amount,
            restock=part.restock,
        )
        tx.add(line)
        count_pieces_later(tx, part.line_id, part.quantity)
