"""An order's states as a vendor reads them. Pure."""

from __future__ import annotations

from shared.trade.orders.remaining_money import (
    MoneyState,
    OrderMoney,
    Shipping,
    shipping,
)
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


def money_badge(money: OrderMoney) -> tuple[str, str]:
    """Where an order's money is: kind and word."""
    return (
        _UNPAID[money.payment_status]
        if money.state is MoneyState.UNPAID
        else _MONEY[money.state]
    )


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
