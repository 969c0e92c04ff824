"""What a refund's end does to its order, the shelf and the people, inside the transaction that moved it."""

from __future__ import annotations

from shared import clock
from shared.catalogue import stock
from shared.mail import service as mail
from shared.money import Money
from shared.orders import settle as orders
from shared.orders.models import Checkout, Order
from shared.orders.rules import StockState
from shared.payments import settle as payments
from shared.payments.models import Payment
from shared.refunds import texts
from shared.refunds.facts import gone_back
from shared.refunds.models import Refund, RefundLine
from shared.refunds.rules import RefundState
from shared.refunds.words import why_failed
from shared.vendors.models import Vendor


async def arrived(order: Order, payment: Payment, refund: Refund) -> None:
    """The money has left: goods go back on the shelf where that was asked for, the order knows, the shopper gets a mail."""
    await _restock(order, refund)
    back = await gone_back(payment.id)
    await payments.follow_refunds(payment, back=back, reason=refund.reason)
    if back >= order.total_amount_cents:
        await orders.follow_refunds(order, everything_back=True)
    checkout, vendor = await Checkout.get(id=order.checkout_id), await Vendor.get(id=order.vendor_id)
    subject, text = texts.refunded(
        order.number,
        full_name=checkout.full_name,
        vendor_name=vendor.name,
        amount=Money(refund.amount, refund.currency),
        note=refund.note,
        link=f"{mail.PUBLIC_URL}/shop/orders/{checkout.token}",
    )
    key = f"refunded:{refund.id}"
    await mail.post("refunded", to=checkout.email, subject=subject, text=text, unique_key=key, order_id=order.id)


async def undone(order: Order, payment: Payment, refund: Refund, *, was_told: bool) -> None:
    """The money came back, or never left: the order is paid again, the vendor is told, and the shopper if they were told before.

    Goods that went back on the shelf stay there: where they are does not depend on the bank.
    """
    await orders.follow_refunds(order, everything_back=False)
    await payments.follow_refunds(payment, back=await gone_back(payment.id), reason=None)
    checkout, vendor = await Checkout.get(id=order.checkout_id), await Vendor.get(id=order.vendor_id)
    amount = Money(refund.amount, refund.currency)
    why = "merchant_request" if refund.status == RefundState.CANCELED else refund.failure_reason
    subject, text = texts.failed(
        order.number,
        vendor_name=vendor.name,
        amount=amount,
        reason=why_failed(why),
        link=f"{mail.PUBLIC_URL}/vendor/admin/orders/{order.number}",
    )
    key = f"refund_failed:{refund.id}"
    await mail.post(
        "refund_failed", to=vendor.business_email, subject=subject, text=text, unique_key=key, order_id=order.id
    )
    if was_told:
        subject, text = texts.came_back(
            order.number,
            full_name=checkout.full_name,
            vendor_name=vendor.name,
            amount=amount,
            link=f"{mail.PUBLIC_URL}/shop/orders/{checkout.token}",
        )
        key = f"refund_came_back:{refund.id}"
        await mail.post(
            "refund_came_back", to=checkout.email, subject=subject, text=text, unique_key=key, order_id=order.id
        )


async def _restock(order: Order, refund: Refund) -> None:
    """Each piece at most once, however often its refund had to be repeated; only what had left the shelf comes back to it."""
    if order.stock_state != StockState.TAKEN:
        return
    items = []
    for part in await RefundLine.filter(refund_id=refund.id, restock=True, restocked_at=None).select_related(
        "order_line"
    ):
        line = part.order_line
        before = await RefundLine.filter(order_line_id=line.id, restocked_at__not_isnull=True).values_list(
            "quantity", flat=True
        )
        quantity = min(part.quantity, line.quantity - sum(int(n) for n in before))  # type: ignore[call-overload]
        await RefundLine.filter(id=part.id).update(restocked_at=clock.now(), updated_at=clock.now())
        if quantity > 0:
            items.append((line.product_id, quantity))
    if items:
        await stock.put_back(items)
