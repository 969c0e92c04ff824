"""An order's states as a vendor reads them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.finance.payments.queries import PaymentView
from shared.finance.payments.rules import PaymentState
from shared.trade.orders.money import MoneyState, OrderMoney, Shipping, shipping
from shared.trade.orders.queries import OrderView
from shared.trade.orders.rules import OrderStatus, PaymentStatus

CHIPS = (
    ("all", "All"),
    ("to_ship", "To ship"),
    ("shipped", "Shipped"),
    ("unpaid", "Unpaid"),
    ("refunded", "Refunded"),
    ("disputed", "Disputed"),
    ("cancelled", "Cancelled"),
)
_UNPAID = {
    PaymentStatus.PENDING: ("plain", "Not paid yet"),
    PaymentStatus.PROCESSING: ("info", "Payment on its way"),
    PaymentStatus.FAILED: ("warn", "Card declined"),
    PaymentStatus.CANCELLED: ("plain", "Not paid"),
}
_MONEY = {
    MoneyState.PAID: ("ok", "Paid"),
    MoneyState.PARTLY_RETURNING: ("info", "Part refund on its way"),
    MoneyState.PARTLY_REFUNDED: ("info", "Partly refunded"),
    MoneyState.PARTLY_LOST: ("warn", "Part taken by the bank"),
    MoneyState.RETURNING: ("info", "Refund on its way"),
    MoneyState.DISPUTED: ("warn", "Disputed"),
    MoneyState.REFUNDED: ("plain", "Refunded"),
    MoneyState.LOST: ("bad", "Taken by the bank"),
}


@dataclass(frozen=True)
class Happening:
    """A line of the timeline. A quiet one stands folded away: it is as it should be."""

    text: str
    at: datetime | None
    detail: str | None = None
    kind: str | None = None
    is_quiet: bool = False


def money_badge(money: OrderMoney) -> tuple[str, str]:
    """Where an order's money is: kind and word."""
    return _UNPAID[money.payment_status] if money.state is MoneyState.UNPAID else _MONEY[money.state]


def goods_badge(status: OrderStatus, money: OrderMoney) -> tuple[str, str]:
    """Where the goods are: kind and word. What is refunded or taken altogether waits for nobody."""
    match shipping(status, money):
        case Shipping.READY:
            return "warn", "To ship"
        case Shipping.DOUBTFUL if money.state is MoneyState.DISPUTED:
            return "info", "On hold"
        case Shipping.DOUBTFUL | Shipping.GONE:
            return "plain", "Not sent"
    match status:
        case OrderStatus.SHIPPED:
            return "ok", "Shipped"
        case OrderStatus.DELIVERED:
            return "ok", "Delivered"
        case OrderStatus.CANCELLED:
            return "plain", "Cancelled"
        case OrderStatus.PROCESSING:
            return "info", "In progress"
        case OrderStatus.PENDING:
            return "plain", "Waiting for payment"


def timeline(order: OrderView, payments: Sequence[PaymentView]) -> tuple[Happening, ...]:
    """What happened to an order, newest first."""
    items = sum(line.quantity for line in order.lines)
    goods = "1 item" if items == 1 else f"{items} items"
    out = [Happening("Order placed", order.placed_at, f"{order.contact.full_name} ordered {goods}.")]
    for payment in payments:
        if payment.state is PaymentState.FAILED:
            out.append(Happening("Card declined", payment.created_at, "The shopper can try another card.", "warn"))
        if payment.state is PaymentState.PARKED:
            out.append(
                Happening(
                    "Payment is being looked at",
                    payment.created_at,
                    "The marketplace checks it. Do not send anything yet.",
                    "bad",
                )
            )
    if order.paid_at:
        out.append(Happening("Paid", order.paid_at, _method(payments), "ok"))
    if order.shipped_at:
        parcel = " ".join(part for part in (order.tracking_carrier, order.tracking_number) if part)
        out.append(Happening("Shipped", order.shipped_at, parcel or "Without tracking.", "ok"))
    if order.delivered_at:
        how = "Taken for granted: it was sent long enough ago." if order.is_arrival_assumed else "As you said."
        out.append(Happening("Delivered", order.delivered_at, how, "ok"))
    if order.status is OrderStatus.CANCELLED:
        out.append(Happening("Cancelled", None, "It was not paid in time; the goods are back on your shelf.", "plain"))
    out.sort(key=lambda h: (h.at is not None, -(h.at or order.placed_at).timestamp()))
    return tuple(out)


def _method(payments: Sequence[PaymentView]) -> str | None:
    paid = next((p for p in payments if p.state in (PaymentState.SUCCEEDED, PaymentState.REFUNDED)), None)
    return {"card": "By card.", "sepa_debit": "By direct debit."}.get(paid.method or "") if paid else None
