"""What happens to orders, as the history calls it."""

from __future__ import annotations

from enum import StrEnum


class OrderActivity(StrEnum):
    """Acts on an order."""

    PLACED = "order.placed"
    PAID = "order.paid"
    PAID_AGAIN = "order.paid_again"  # a refund failed after all
    PAID_BUT_UNDELIVERABLE = "order.paid_but_undeliverable"
    REFUNDED = "order.refunded"
    SHIPPED = "order.shipped"
    TRACKING_CORRECTED = "order.tracking_corrected"
    DELIVERED = "order.delivered"
    RECEIVED = "order.received"  # the shopper's word, after it was taken for granted
    CANCELLED = "order.cancelled"
    PIECES_LET_GO = "order.pieces_let_go"
    GOODS_KEPT = "order.goods_kept"
    MONEY_LOST = "order.money_lost"
    MONEY_BACK = "order.money_back"
    FRAUD_WARNING = "order.fraud_warning"
