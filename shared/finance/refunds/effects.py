"""What a refund's end does to its order, the stock and the people, inside the transaction that
moved it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.core import clock
from shared.core.money import Money
from shared.finance.payments import sync as payments
from shared.finance.recovery import service as clawback
from shared.finance.refunds import refunded_amounts
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.order_totals import BY_STRIPE
from shared.finance.refunds.refund_postings import post_undone, subject_of
from shared.finance.refunds.rules import COUNTING, RefundState
from shared.finance.refunds.statements import Arrival, LockedRefund, People, arrival_of
from shared.infra.database.columns import numbers_in
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.orders import payment_effects as orders
from shared.trade.orders import restocking
from shared.trade.orders.models import Order
from shared.trade.orders.remaining_money import OrderMoney
from shared.trade.orders.rules import OrderStatus, PaymentStatus, StockState


async def arrived(
    tx: Transaction,
    found: LockedRefund,
    arrival: Arrival,
) -> None:
    """The money has left: goods go back into stock where that was asked for, the order knows, the
    shopper gets a mail.
    """
    order, payment, refund = found.order, found.payment, found.refund
    await _restock(order, refund, arrival.to_restock)
    await orders.count_returned(tx, order, refund.amount)
    back = arrival.back + refund.amount
    await payments.follow_refunds(tx, payment, back=back, reason=refund.reason)
    if back >= order.total_amount_cents:
        await orders.follow_refunds(tx, order, everything_back=True)
    if refund.amount:
        await _tell_shopper(tx, "refunded", order, refund, found.people)


async def undone(
    tx: Transaction,
    found: LockedRefund,
    *,
    was: RefundState,
) -> None:
    """The money came back, or never left: nobody owes anything for it, the order is paid again, the
    vendor is told, and the shopper if they were told before.

    An order that waits to be sent gets its pieces from the stock again, as far as they are there.
    Of one that was sent they had come back by post: they stay where they are, whatever the bank
    does.
    """
    order, payment, refund = found.order, found.payment, found.refund
    had_arrived = was is RefundState.SUCCEEDED
    post_undone(tx, refund)
    subject = subject_of(refund.id)
    await clawback.set_claim(tx, subject=subject, payment=payment, amount=0)
    if had_arrived:
        await orders.count_returned(tx, order, -refund.amount)
    await refunded_amounts.free(tx, order, refund)
    await orders.follow_refunds(tx, order, everything_back=False)
    about_goods, pieces = await _undo_goods(order, refund)
    arrival = await arrival_of(refund)
    await payments.follow_refunds(tx, payment, back=arrival.back, reason=None)
    _tell_vendor(tx, found, goods=about_goods, pieces=pieces)
    if had_arrived:
        await _tell_shopper(tx, "refund_came_back", order, refund, found.people)


def _tell_vendor(
    tx: Transaction, found: LockedRefund, *, goods: str, pieces: str
) -> None:
    order, refund = found.order, found.refund
    is_canceled = refund.status == RefundState.CANCELED
    mail.post(
        tx,
        "refund_failed",
        to=found.people.vendor_email,
        unique_key=f"refund_failed:{refund.id}",
        order_id=order.id,
        context={
            "vendor_name": found.people.vendor_name,
            "number": order.number,
            "amount": Money(refund.amount, refund.currency),
            "why": "merchant_request" if is_canceled else refund.failure_reason,
            "goods": goods,
            "pieces": pieces,
        },
    )


async def _tell_shopper(
    tx: Transaction,
    kind: str,
    order: Order,
    refund: Refund,
    people: People,
) -> None:
    """One mail for what their bank shows as one: of a refund that orders share, with all parts."""
    parts = await _parts(refund)
    if parts and parts[0].id != refund.id:
        return
    mail.post(
        tx,
        kind,
        to=people.shopper_email,
        unique_key=f"{kind}:{refund.id}",
        order_id=order.id,
        language=people.language,
        context={
            "number": order.number,
            "full_name": people.shopper_name,
            "vendor_name": people.vendor_name,
            "amount": Money(refund.stripe_amount or refund.amount, refund.currency),
            "note": refund.note,
            "by_marketplace": refund.requested_by == BY_STRIPE,
            "parts": [_told(part) for part in parts],
        },
    )


async def _parts(refund: Refund) -> list[Refund]:
    """What each order has of a refund that several share; of any other nothing."""
    if not refund.is_part:
        return []
    shared = Refund.filter(stripe_refund_id=refund.stripe_refund_id)
    return await shared.order_by("id").select_related("order", "vendor")


def _told(part: Refund) -> dict[str, Any]:
    return {
        "shop": part.vendor.name,
        "number": part.order.number,
        "amount": Money(part.amount, part.currency),
    }


async def _restock(
    order: Order,
    refund: Refund,
    parts: Iterable[RefundLine],
) -> None:
    """Each piece at most once, however often its refund had to be repeated; only what had left the
    stock comes back to it.
    """
    pieces = {part.order_line_id: part.quantity for part in parts}
    has_left_stock = order.stock_state == StockState.TAKEN
    if not has_left_stock or not pieces:
        return
    if await _was_sent_meanwhile(order, refund):
        return
    wanted = RefundLine.filter(
        refund_id=refund.id,
        restock=True,
        restocked_at=None,
    )
    await wanted.update(restocked_at=clock.now(), updated_at=clock.now())
    await restocking.put_in_stock(order, pieces)


async def _was_sent_meanwhile(
    order: Order,
    refund: Refund,
) -> bool:
    """Whether the vendor sent everything after all, although all of it was being refunded: then no
    piece is there to put back.
    """
    if order.shipped_at is None or order.shipped_at < refund.created_at:
        return False
    counting = Refund.filter(order_id=order.id, status__in=list(COUNTING))
    before = counting.filter(created_at__lt=order.shipped_at)
    spoken_for = sum(await numbers_in(before, "amount"))
    total, lost = order.total_amount_cents, order.lost_amount
    return not OrderMoney(PaymentStatus.PAID, total, spoken_for, lost=lost).left


async def _undo_goods(
    order: Order,
    refund: Refund,
) -> tuple[str, str]:
    """Set aside what the refund had put back into stock.

    Return what became of the goods (stay | aside | short, of templates/words/refunds.toml; empty
    without any), and the pieces that were sold meanwhile: `2 x Cup, 1 x Plate`.
    """
    if not await RefundLine.exists(refund_id=refund.id, restocked_at__not_isnull=True):
        return "", ""
    if order.status != OrderStatus.PROCESSING:
        return "stay", ""
    short = await restocking.set_aside(order)
    pieces = ", ".join(f"{each.quantity} x {each.name}" for each in short)
    return "short" if short else "aside", pieces
