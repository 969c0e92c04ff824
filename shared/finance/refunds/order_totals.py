"""What an order came to and what of it went back, read for the rules."""

from __future__ import annotations

from collections import defaultdict

from tortoise.functions import Sum as Total
from tortoise.queryset import QuerySet

from shared.finance.ledger import postings
from shared.finance.ledger.chart import Account
from shared.finance.ledger.queries import sums_of
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PAID_STATES
from shared.finance.refunds.errors import ChargedBack, TakenByBank
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.rules import COUNTING, RefundableLine, Sum
from shared.infra.database.columns import numbers_in
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.queries import money_of
from shared.trade.orders.remaining_money import MoneyState

BY_STRIPE = "stripe"  # who asked for a refund that was made in Stripe's dashboard


def check_bank(order: Order) -> None:
    """Raise what to say when the shopper's bank has all that is left of an order: ChargedBack, or
    TakenByBank for good.
    """
    money = money_of(order)
    if money.state is MoneyState.LOST:
        raise TakenByBank
    if money.state is MoneyState.DISPUTED and not money.left:
        raise ChargedBack


async def sum_of(order: Order) -> Sum:
    """The order with everything that counts against it.

    Exact only while the order's row is locked.
    """
    counting = list(COUNTING)
    refunds = Refund.filter(order_id=order.id, status__in=counting)
    disputes = await sums_of(f"order:{order.id}", postings.OF_DISPUTES)
    return Sum(
        currency=order.currency,
        total=order.total_amount_cents,
        commission=order.platform_fee_amount,
        refunded=order.refunded_amount,
        commission_back=sum(await numbers_in(refunds, "commission_part")),
        lines=await _lines(order.id),
        taken=order.disputed_amount + order.lost_amount,
        commission_taken=disputes.get(Account.COMMISSION, 0),
        shipping=order.shipping_amount - order.shipping_refunded,
        discount=order.marketplace_discount,
        sending=order.shipping_amount,
        discount_back=sum(await numbers_in(refunds, "discount_part")),
        discount_taken=-disputes.get(Account.MARKETPLACE_DISCOUNTS, 0),
    )


def line_of(
    row: OrderLine,
    back: int = 0,
) -> RefundableLine:
    """What the rules need of a line; `back`: what refunds of its pieces come to."""
    return RefundableLine(
        row.id,
        row.unit_amount,
        row.quantity,
        row.refunded_quantity,
        row.discount_amount,
        back,
    )


async def _lines(order_id: int) -> tuple[RefundableLine, ...]:
    """The lines of an order with what went back for each."""
    about = RefundLine.filter(
        refund__order_id=order_id,
        refund__status__in=list(COUNTING),
    )
    sums = about.annotate(total=Total("amount")).group_by("order_line_id")
    totals = await sums.values_list("order_line_id", "total")
    back: dict[int, int] = defaultdict(int)
    for line_id, total in totals:
        back[int(str(line_id))] = int(str(total))
    rows = await OrderLine.filter(order_id=order_id).order_by("id")
    return tuple(line_of(row, back[row.id]) for row in rows)


async def unapproved(order_id: int) -> int:
    """What vendors gave back of an order by themselves: many small refunds are one large one to the
    approval limit.
    """
    mine = Refund.filter(
        order_id=order_id,
        status__in=list(COUNTING),
        decided_by="",
        requested_by__not=BY_STRIPE,
    )
    return await _total(mine)


async def _total(refunds: QuerySet[Refund]) -> int:
    return sum(await numbers_in(refunds, "amount"))


async def payment_of(order_id: int) -> Payment | None:
    """The payment that paid an order; None while there is none."""
    return (
        await Payment.filter(order_id=order_id, status__in=list(PAID_STATES))
        .order_by("-id")
        .first()
    )
