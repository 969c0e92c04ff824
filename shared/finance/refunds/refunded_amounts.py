"""What a refund counts for against its order: taken when it is asked for, left again when it is not
made after all.
"""

from __future__ import annotations

from tortoise.expressions import F

from shared.core import clock
from shared.core.money import Money
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.rules import RefundState
from shared.infra.database.batch import touched
from shared.infra.mail import service as mail
from shared.infra.unit import Act, Transaction
from shared.trade.orders.models import Order, OrderLine
from shared.trade.vendors.models import Vendor

MAX_REASON = 300


async def count_against(
    tx: Transaction,
    order: Order,
    amount: int,
    *,
    beside: int = 0,
    shipping: int = 0,
) -> bool:
    """Let `amount` count against what is left of an order, inside the caller's transaction; False
    when there is not that much.

    `shipping` of it is for the order's shipping. `beside` is what banks hold or took of it; zero
    for a refund that Stripe has made already, whatever else happened.
    """
    most = order.total_amount_cents - amount - beside
    known = order.refunded_amount
    return known <= most and await tx.change(
        order,
        where={"refunded_amount": known},
        refunded_amount=known + amount,
        shipping_refunded=order.shipping_refunded + shipping,
    )


async def free(
    tx: Transaction,
    order: Order,
    refund: Refund,
) -> None:
    """Let amount and pieces of a refund be left again, inside the caller's transaction: it was not
    made after all.
    """
    known = order.refunded_amount
    left = known - refund.amount
    where = {"refunded_amount": known}
    if left < 0 or not await tx.change(
        order,
        where=where,
        refunded_amount=left,
        shipping_refunded=order.shipping_refunded - refund.shipping_amount,
    ):
        less = f"order {refund.order_id} has less than {refund.amount} given back"
        raise RuntimeError(less)
    for part in await RefundLine.filter(refund_id=refund.id).order_by("order_line_id"):
        await count_pieces(part.order_line_id, -part.quantity)


async def count_pieces(
    line_id: int,
    pieces: int,
) -> None:
    """So many more pieces of an order's line are spoken for; the table's CHECK holds it between
    zero and what was sold.
    """
    await OrderLine.filter(id=line_id).update(
        refunded_quantity=F("refunded_quantity") + pieces, updated_at=clock.now()
    )


_COUNT = (
    "UPDATE order_lines SET refunded_quantity = refunded_quantity + ?, updated_at = ?"
    " WHERE id = ?"
)


def count_pieces_later(
    tx: Transaction,
    line_id: int,
    pieces: int,
) -> None:
    """Do the same with what the transaction writes at its end: nobody reads the line in it."""
    tx.later(
        _COUNT,
        pieces,
        clock.now(),
        line_id,
        rows=touched(OrderLine, [line_id]),
    )


async def put_off(
    tx: Transaction,
    order: Order,
    refund: Refund,
    was: RefundState,
    now: RefundState,
    *,
    why: str,
    by: str,
) -> bool:
    """A refund is not made at all: what it counted is left again, and the vendor gets a mail.

    In the caller's transaction.
    """
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
    await _tell_vendor(tx, order, refund, now, why)
    return True


async def _tell_vendor(
    tx: Transaction,
    order: Order,
    refund: Refund,
    now: RefundState,
    why: str,
) -> None:
    vendor = await Vendor.get(id=refund.vendor_id)
    mail.post(
        tx,
        f"refund_{now}",
        to=vendor.business_email,
        unique_key=f"refund_{now}:{refund.id}",
        order_id=order.id,
        context={
            "vendor_name": vendor.name,
            "number": order.number,
            "amount": Money(refund.amount, refund.currency),
            "why": why,
        },
    )
