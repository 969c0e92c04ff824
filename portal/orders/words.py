"""An order's states as a vendor reads them. Pure."""

from __future__ import annotations

from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales.lazy import lazy_gettext as _l
from shared.trade.orders.remaining_money import (
    MoneyState,
    OrderMoney,
    Shipping,
    shipping,
)
from shared.trade.orders.rules import OrderStatus, PaymentStatus

CHIPS = (
    ("all", _l("All")),
    ("to_ship", _l("To ship")),
    ("to_answer", _l("To answer")),
    ("shipped", _l("Shipped")),
    ("unpaid", _l("Unpaid")),
    ("refunded", _l("Refunded")),
    ("disputed", _l("Disputed")),
    ("cancelled", _l("Cancelled")),
)
_UNPAID = {
    PaymentStatus.PENDING: ("plain", _n("Not paid yet")),
    PaymentStatus.PROCESSING: ("info", _n("Payment on its way")),
    PaymentStatus.FAILED: ("warn", _n("Card declined")),
    PaymentStatus.CANCELLED: ("plain", _n("Not paid")),
}
_MONEY = {
    MoneyState.PAID: ("ok", _n("Paid")),
    MoneyState.PARTLY_RETURNING: ("info", _n("Part refund on its way")),
    MoneyState.PARTLY_REFUNDED: ("info", _n("Partly refunded")),
    MoneyState.PARTLY_LOST: ("warn", _n("Part taken by the bank")),
    MoneyState.RETURNING: ("info", _n("Refund on its way")),
    MoneyState.DISPUTED: ("warn", _n("Disputed")),
    MoneyState.REFUNDED: ("plain", _n("Refunded")),
    MoneyState.LOST: ("bad", _n("Taken by the bank")),
}


def money_badge(money: OrderMoney) -> tuple[str, str]:
    """Where an order's money is: kind and word."""
    kind, said = (
        _UNPAID[money.payment_status]
        if money.state is MoneyState.UNPAID
        else _MONEY[money.state]
    )
    return kind, _(said)


def goods_badge(
    status: OrderStatus, money: OrderMoney, *, is_pickup: bool = False
) -> tuple[str, str]:
    """Where the goods are: kind and word. What is refunded or taken altogether waits for nobody."""
    match shipping(status, money):
        case Shipping.READY:
            return "warn", _("To have ready") if is_pickup else _("To ship")
        case Shipping.DOUBTFUL if money.state is MoneyState.DISPUTED:
            return "info", _("On hold")
        case Shipping.DOUBTFUL | Shipping.GONE:
            return "plain", _("Not sent")
    match status:
        case OrderStatus.SHIPPED:
            return "ok", _("Ready for pick-up") if is_pickup else _("Shipped")
        case OrderStatus.DELIVERED:
            return "ok", _("Collected") if is_pickup else _("Delivered")
        case OrderStatus.CANCELLED:
            return "plain", _("Cancelled")
        case OrderStatus.PROCESSING:
            return "info", _("In progress")
        case OrderStatus.PENDING:
            return "plain", _("Waiting for payment")
