"""What an order came to and what of it went back, read for the rules."""

from __future__ import annotations

from tortoise.functions import Sum as SumOf

from shared.orders.models import Order, OrderLine
from shared.payments.models import Payment
from shared.payments.rules import PAID_STATES
from shared.refunds.models import Refund, RefundLine
from shared.refunds.rules import COUNTING, Line, RefundState, Sum

BY_STRIPE = "stripe"  # who asked for a refund that was made in Stripe's dashboard


async def sum_of(order: Order) -> Sum:
    """The order with everything that counts against it. Exact only while the order's row is locked."""
    counting = list(COUNTING)
    spoken = dict(
        await RefundLine.filter(refund__order_id=order.id, refund__status__in=counting)
        .annotate(sum=SumOf("quantity"))
        .group_by("order_line_id")
        .values_list("order_line_id", "sum")
    )
    back = await Refund.filter(order_id=order.id, status__in=counting).values_list("commission_part", flat=True)
    rows = await OrderLine.filter(order_id=order.id).order_by("id")
    return Sum(
        currency=order.currency,
        total=order.total_amount_cents,
        commission=order.platform_fee_amount,
        refunded=order.refunded_amount,
        commission_back=sum(int(part) for part in back),  # type: ignore[call-overload]
        lines=tuple(Line(row.id, row.unit_amount, row.quantity, int(spoken.get(row.id, 0))) for row in rows),
    )


async def unapproved(order_id: int) -> int:
    """What vendors gave back of an order by themselves: many small refunds are one large one to the approval limit."""
    mine = Refund.filter(order_id=order_id, status__in=list(COUNTING), decided_by="", requested_by__not=BY_STRIPE)
    return sum(int(amount) for amount in await mine.values_list("amount", flat=True))  # type: ignore[call-overload]


async def gone_back(payment_id: int) -> int:
    """What of a payment has really gone back by now, minor units. Exact only while its order's row is locked."""
    arrived = Refund.filter(payment_id=payment_id, status=RefundState.SUCCEEDED)
    return sum(int(amount) for amount in await arrived.values_list("amount", flat=True))  # type: ignore[call-overload]


async def payment_of(order_id: int) -> Payment | None:
    """The payment that paid an order; None while there is none."""
    return await Payment.filter(order_id=order_id, status__in=list(PAID_STATES)).order_by("-id").first()
