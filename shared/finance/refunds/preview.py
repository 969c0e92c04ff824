"""What can still be refunded of an order, and what a refund would do before it is made."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.payments.models import Payment
from shared.finance.recovery.models import Claim
from shared.finance.refunds.errors import NotPaid
from shared.finance.refunds.foreseen import Preview
from shared.finance.refunds.models import Refund
from shared.finance.refunds.order_totals import (
    check_bank,
    payment_of,
    sum_of,
    unapproved,
)
from shared.finance.refunds.rules import RefundRequest, Sum, bear
from shared.finance.refunds.service import PAID
from shared.finance.refunds.stripe_reads import balance_of, refundability_of
from shared.finance.refunds.wishes import work_out
from shared.infra.gateway.gateway import Gateway
from shared.trade.commission.queries import get_policy
from shared.trade.orders.errors import OrderNotFound
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.queries import money_of
from shared.trade.orders.remaining_money import MoneyState


@frozen
class LineLeft:
    """A line of an order with how many pieces can still be given back; `unit` is what was paid for
    one of them.
    """

    id: int
    name: str
    picture: str
    unit: Money
    ordered: int
    left: int


@frozen
class Refundable:
    """An order as the refund form needs it.

    `seen` is how many refunds it has; `left` is zero when nothing can go back.
    """

    order_id: int
    vendor_id: int
    number: str
    shopper_name: str
    total: Money
    left: Money
    money_state: MoneyState
    lines: tuple[LineLeft, ...]
    seen: int
    method: str | None
    is_paid: bool
    can_restock: bool
    shipping: Money  # what of it can still go back


async def _order(
    vendor_id: int,
    number: str,
) -> Order:
    mine = Order.get_or_none(vendor_id=vendor_id, number=number)
    order = await mine.select_related("checkout")
    if order is None:
        raise OrderNotFound
    return order


async def refundable(
    vendor_id: int,
    number: str,
) -> Refundable:
    """One of this vendor's orders, for the refund form.

    Raises NotFound, also for another vendor's.
    """
    order = await _order(vendor_id, number)
    found, payment = await sum_of(order), await payment_of(order.id)
    is_paid = payment is not None and order.payment_status in PAID
    return Refundable(
        order_id=order.id,
        vendor_id=order.vendor_id,
        number=order.number,
        shopper_name=order.checkout.full_name,
        total=Money(order.total_amount_cents, order.currency),
        left=found.left if is_paid else Money(0, order.currency),
        money_state=money_of(order).state,
        lines=await _lines_left(found, order.id),
        seen=await Refund.filter(order_id=order.id).count(),
        method=payment.payment_method if payment else None,
        is_paid=is_paid,
        can_restock=order.stock_state == "taken",
        shipping=found.shipping_left,
    )


async def _lines_left(
    found: Sum,
    order_id: int,
) -> tuple[LineLeft, ...]:
    rows = {row.id: row for row in await OrderLine.filter(order_id=order_id)}
    return tuple(
        LineLeft(
            line.id,
            rows[line.id].full_name,
            rows[line.id].picture,
            Money(line.paid // line.ordered, found.currency),
            line.ordered,
            line.left,
        )
        for line in found.lines
    )


async def preview(
    gateway: Gateway,
    *,
    vendor_id: int,
    number: str,
    wish: RefundRequest,
) -> Preview:
    """What a refund would do, in numbers: nothing is written down.

    Raises NotFound, NotPaid, ChargedBack, TakenByBank, BadRefund, TooMuch.
    """
    order = await _order(vendor_id, number)
    payment = await payment_of(order.id)
    if payment is None or order.payment_status not in PAID:
        raise NotPaid
    check_bank(order)
    found, policy = await sum_of(order), await get_policy()
    worked = work_out(found, wish)
    burden = bear(found, worked.amount, policy.refund_policy)
    whole = Money(worked.amount + await unapproved(order.id), order.currency)
    return Preview(
        currency=order.currency,
        amount=worked.amount,
        left_after=found.left.amount - worked.amount,
        vendor_part=burden.vendor,
        commission_part=burden.commission,
        discount_part=burden.discount,
        stripe_fee=payment.amount_stripe_fee,
        balance=await _free_balance(gateway, payment, found),
        needs_approval=policy.needs_approval(whole),
        refundability=await refundability_of(gateway, payment),
    )


async def _free_balance(
    gateway: Gateway,
    payment: Payment,
    order: Sum,
) -> int | None:
    """What the vendor holds at Stripe, less what claims that are not settled yet will take of
    it.
    """
    held = await balance_of(gateway, payment)
    if held is None:
        return None
    mine = Claim.filter(vendor_id=payment.vendor_id, currency=order.currency)
    claims = mine.values_list("amount", "taken", "netted", "receivable", "written_off")
    for amount, *borne in await claims:
        held -= max(int(amount) - sum(map(int, borne)), 0)
    return held
