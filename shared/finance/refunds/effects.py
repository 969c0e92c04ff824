"""What a refund's end does to its order, the stock and the people, inside the transaction that
moved it.
"""

from __future__ import annotations

from shared.core import clock
from shared.core.money import Money
from shared.finance.payments import sync as payments
from shared.finance.payments.models import Payment
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.order_totals import gone_back
from shared.finance.refunds.rules import COUNTING, RefundState
from shared.infra.database.columns import numbers_in
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.orders import payment_effects as orders
from shared.trade.orders import restocking
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.remaining_money import OrderMoney
from shared.trade.orders.rules import OrderStatus, PaymentStatus, StockState
from shared.trade.vendors.models import Vendor


async def arrived(
    tx: Transaction,
    order: Order,
    payment: Payment,
    refund: Refund,
) -> None:
    """The money has left: goods go back into stock where that was asked for, the order knows, the
    shopper gets a mail.
    """
    await _restock(order, refund)
    await orders.count_returned(order, refund.amount)
    back = await gone_back(payment.id)
    await payments.follow_refunds(tx, payment, back=back, reason=refund.reason)
    if back >= order.total_amount_cents:
        await orders.follow_refunds(tx, order, everything_back=True)
    await _tell_shopper(tx, "refunded", order, refund)


async def undone(
    tx: Transaction,
    order: Order,
    payment: Payment,
    refund: Refund,
    *,
    was_told: bool,
) -> None:
    """The money came back, or never left: the order is paid again, the vendor is told, and the
    shopper if they were told before.

    An order that waits to be sent gets its pieces from the stock again, as far as they are there.
    Of one that was sent they had come back by post: they stay where they are, whatever the bank
    does.
    """
    await orders.follow_refunds(tx, order, everything_back=False)
    about_goods, pieces = await _undo_goods(order, refund)
    back = await gone_back(payment.id)
    await payments.follow_refunds(tx, payment, back=back, reason=None)
    await _tell_vendor(tx, order, refund, goods=about_goods, pieces=pieces)
    if was_told:
        await _tell_shopper(tx, "refund_came_back", order, refund)


async def _tell_vendor(
    tx: Transaction, order: Order, refund: Refund, *, goods: str, pieces: str
) -> None:
    vendor = await Vendor.get(id=order.vendor_id)
    is_canceled = refund.status == RefundState.CANCELED
    mail.post(
        tx,
        "refund_failed",
        to=vendor.business_email,
        unique_key=f"refund_failed:{refund.id}",
        order_id=order.id,
        context={
            "vendor_name": vendor.name,
            "number": order.number,
            "amount": Money(refund.amount, refund.currency),
            "why": "merchant_request" if is_canceled else refund.failure_reason,
            "goods": goods,
            "pieces": pieces,
        },
    )


async def _tell_shopper(
    tx: Transaction, kind: str, order: Order, refund: Refund
) -> None:
    checkout = await Checkout.get(id=order.checkout_id)
    vendor = await Vendor.get(id=order.vendor_id)
    mail.post(
        tx,
        kind,
        to=checkout.email,
        unique_key=f"{kind}:{refund.id}",
        order_id=order.id,
        language=checkout.language,
        context={
            "number": order.number,
            "full_name": checkout.full_name,
            "vendor_name": vendor.name,
            "amount": Money(refund.amount, refund.currency),
            "note": refund.note,
        },
    )


async def _restock(order: Order, refund: Refund) -> None:
    """Each piece at most once, however often its refund had to be repeated; only what had left the
    stock comes back to it.
    """
    wanted = RefundLine.filter(refund_id=refund.id, restock=True, restocked_at=None)
    pieces = {part.order_line_id: part.quantity for part in await wanted}
    has_left_stock = order.stock_state == StockState.TAKEN
    if not has_left_stock or not pieces:
        return
    if await _was_sent_meanwhile(order, refund):
        return
    await wanted.update(restocked_at=clock.now(), updated_at=clock.now())
    await restocking.put_in_stock(order, pieces)


async def _was_sent_meanwhile(order: Order, refund: Refund) -> bool:
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


async def _undo_goods(order: Order, refund: Refund) -> tuple[str, str]:
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
