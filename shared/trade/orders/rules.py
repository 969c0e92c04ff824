"""The states of checkouts and orders and the moves between them. Pure."""

from __future__ import annotations

from enum import StrEnum

from shared.core.money import MAX_AMOUNT, MINIMUM_CHARGE, Money
from shared.trade.orders.errors import TooLittleToPay, TooMuchToPay


class CheckoutStatus(StrEnum):
    """One purchase: open until it is paid, or until its reservation runs out."""

    OPEN = "open"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class OrderStatus(StrEnum):
    """Where the goods are."""

    PENDING = "pending"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class PaymentStatus(StrEnum):
    """Where the money of an order is (`payment_status` of the API)."""

    PENDING = "pending"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class StockState(StrEnum):
    """What an order does to stock: nothing until Pay is pressed, holds it, has taken it, or has let
    it go.
    """

    AT_PAYMENT = "at_payment"
    RESERVED = "reserved"
    TAKEN = "taken"
    RELEASED = "released"


# A hold that Pay made goes back to AT_PAYMENT when the card was declined, or nobody went on.
STOCK_MOVES: dict[StockState, frozenset[StockState]] = {
    StockState.AT_PAYMENT: frozenset(
        {
            StockState.RESERVED,
            StockState.TAKEN,
            StockState.RELEASED,
        }
    ),
    StockState.RESERVED: frozenset(
        {
            StockState.AT_PAYMENT,
            StockState.TAKEN,
            StockState.RELEASED,
        }
    ),
    # Money that came late, and everything was still there.
    StockState.RELEASED: frozenset({StockState.TAKEN}),
    StockState.TAKEN: frozenset(),
}

CHECKOUT_MOVES: dict[CheckoutStatus, frozenset[CheckoutStatus]] = {
    # A late success (the card was charged while the reservation ran out) still completes the
    # purchase.
    CheckoutStatus.OPEN: frozenset(
        {CheckoutStatus.COMPLETED, CheckoutStatus.EXPIRED, CheckoutStatus.CANCELLED}
    ),
    CheckoutStatus.EXPIRED: frozenset({CheckoutStatus.COMPLETED}),
    CheckoutStatus.CANCELLED: frozenset({CheckoutStatus.COMPLETED}),
    CheckoutStatus.COMPLETED: frozenset(),
}

ORDER_MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING: frozenset({OrderStatus.PROCESSING, OrderStatus.CANCELLED}),
    OrderStatus.PROCESSING: frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED}),
    OrderStatus.SHIPPED: frozenset({OrderStatus.DELIVERED}),
    OrderStatus.DELIVERED: frozenset(),
    # Only when the money arrived all the same and everything can still be taken from stock
    # (orders/payment_effects.py).
    OrderStatus.CANCELLED: frozenset({OrderStatus.PROCESSING}),
}

# who says that an order arrived where nobody did: it was sent long enough ago
TAKEN_FOR_GRANTED = "system"

# Who acts on an order without an account, by its link.
GUEST = "shopper"


def is_shopper(label: str) -> bool:
    """Whether whoever is called so acts as the order's shopper."""
    return label == GUEST or label.startswith("customer:")


def is_called_off(status: str, stock_state: str) -> bool:
    """Whether its shopper cancelled it after it was paid.

    One whose money came too late for its pieces is cancelled as well: it took none.
    """
    return (status, stock_state) == (OrderStatus.CANCELLED, StockState.TAKEN)


# What may still be paid.
UNPAID = (PaymentStatus.PENDING, PaymentStatus.PROCESSING, PaymentStatus.FAILED)
# What may hold pieces before it is paid.
MAY_HOLD = (PaymentStatus.PENDING, PaymentStatus.FAILED)

PAYMENT_STATUS_MOVES: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.PENDING: frozenset(
        {
            PaymentStatus.PROCESSING,
            PaymentStatus.PAID,
            PaymentStatus.FAILED,
            PaymentStatus.CANCELLED,
        }
    ),
    PaymentStatus.PROCESSING: frozenset(
        {PaymentStatus.PAID, PaymentStatus.FAILED, PaymentStatus.CANCELLED}
    ),
    PaymentStatus.FAILED: frozenset(
        {
            PaymentStatus.PENDING,
            PaymentStatus.PROCESSING,
            PaymentStatus.PAID,
            PaymentStatus.CANCELLED,
        }
    ),
    PaymentStatus.CANCELLED: frozenset({PaymentStatus.PAID}),
    PaymentStatus.PAID: frozenset({PaymentStatus.REFUNDED}),
    # When a refund failed after all (orders/payment_effects.py).
    PaymentStatus.REFUNDED: frozenset({PaymentStatus.PAID}),
}


def must_be_payable(total: Money) -> None:
    """Raise TooLittleToPay or TooMuchToPay for what can be paid by no card at all (Stripe's least
    and most).
    """
    least = Money(MINIMUM_CHARGE.get(total.currency, 1), total.currency)
    if total.amount < least.amount:
        raise TooLittleToPay(least)
    if total.amount > MAX_AMOUNT:
        raise TooMuchToPay
