"""The indexes of orders: of lists by their newest, and of what waits."""

from __future__ import annotations

from tortoise.indexes import Index

from shared.infra.database.indexes import IndexWhere

ORDER_INDEXES = [
    Index(
        fields=("vendor_id", "id"),
        name="ix_orders_vendor",
    ),
    Index(
        fields=("customer_id", "id"),
        name="ix_orders_customer",
    ),
    Index(
        fields=("status", "shipped_at"),
        name="ix_orders_shipped",
    ),
    Index(
        fields=("held_at",),
        name="ix_orders_held",
    ),
    Index(
        fields=("vendor_id", "status", "id"),
        name="ix_orders_state",
    ),
    IndexWhere(
        fields=("vendor_id", "id"),
        name="ix_orders_to_ship",
        where=(
            "status = 'processing' AND payment_status = 'paid' AND disputed_amount = 0"
            " AND refunded_amount < total_amount_cents - lost_amount"
        ),
    ),
    IndexWhere(
        fields=("vendor_id", "id"),
        name="ix_orders_unpaid",
        where="payment_status IN ('pending', 'processing', 'failed')",
    ),
    IndexWhere(
        fields=("vendor_id", "id"),
        name="ix_orders_refunded",
        where="refunded_amount > 0",
    ),
    IndexWhere(
        fields=("vendor_id", "id"),
        name="ix_orders_disputed",
        where="disputed_amount > 0 OR lost_amount > 0",
    ),
    IndexWhere(
        fields=("vendor_id", "paid_at"),
        name="ix_orders_vendor_paid",
        where="paid_at IS NOT NULL",
    ),
    IndexWhere(
        fields=("paid_at",),
        name="ix_orders_paid",
        where="paid_at IS NOT NULL",
    ),
]
