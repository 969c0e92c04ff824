"""The indexes of purchases and orders: of lists by their newest, and of what waits; and their
checks.
"""

from __future__ import annotations

from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import words
from shared.infra.database.indexes import IndexWhere
from shared.trade.orders.rules import (
    CheckoutStatus,
    OrderStatus,
    PaymentStatus,
    StockState,
)

CHECKOUT_INDEXES = [
    Index(fields=("email",), name="ix_checkouts_email"),
    IndexWhere(
        fields=("basket_id",),
        name="ix_checkouts_basket",
        where="basket_id IS NOT NULL",
    ),
    # Also of all that are open, whichever network they came from.
    IndexWhere(
        fields=("network",),
        name="ix_checkouts_network",
        where=f"status = {words([CheckoutStatus.OPEN])}",
    ),
    IndexWhere(
        fields=("old_link_digest",),
        name="ix_checkouts_old_link",
        where="old_link_digest IS NOT NULL",
    ),
]
CHECKOUT_CHECKS = [
    CheckConstraint(
        check=f"status in ({words(CheckoutStatus)})", name="ck_checkouts_status"
    ),
    CheckConstraint(check="total_amount >= 0", name="ck_checkouts_total"),
]
ORDER_INDEXES = [
    Index(
        fields=("vendor_id", "id"),
        name="ix_orders_vendor",
    ),
    IndexWhere(
        fields=("customer_id", "id"),
        name="ix_orders_customer",
        where="customer_id IS NOT NULL",
    ),
    IndexWhere(
        fields=("status", "shipped_at"),
        name="ix_orders_shipped",
        where="shipped_at IS NOT NULL",
    ),
    IndexWhere(
        fields=("held_at",),
        name="ix_orders_held",
        where="held_at IS NOT NULL",
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
            " AND (refunded_amount < total_amount_cents - lost_amount OR total_amount_cents = 0)"
        ),
    ),
    IndexWhere(
        fields=("vendor_id", "id"),
        name="ix_orders_to_answer",
        where="message_waits OR return_waits",
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

ORDER_CHECKS: list[CheckConstraint] = [
    CheckConstraint(check=f"status in ({words(OrderStatus)})", name="ck_orders_status"),
    CheckConstraint(
        check=f"payment_status in ({words(PaymentStatus)})",
        name="ck_orders_payment_status",
    ),
    CheckConstraint(
        check=f"stock_state in ({words(StockState)})",
        name="ck_orders_stock_state",
    ),
    CheckConstraint(
        check="refunded_amount >= 0 and refunded_amount <= total_amount_cents",
        name="ck_orders_refunded",
    ),
    CheckConstraint(
        check="returned_amount >= 0 and returned_amount <= refunded_amount",
        name="ck_orders_returned",
    ),
    CheckConstraint(
        check="disputed_amount >= 0 and lost_amount >= 0",
        name="ck_orders_disputed",
    ),
    CheckConstraint(
        check=(
            "platform_fee_amount >= 0 and (platform_fee_amount = 0"
            " or platform_fee_amount < total_amount_cents + marketplace_discount)"
        ),
        name="ck_orders_fee",
    ),
    CheckConstraint(
        check=(
            "shipping_commission >= 0 and shipping_commission <= platform_fee_amount"
        ),
        name="ck_orders_shipping_commission",
    ),
    CheckConstraint(
        check="total_amount_cents >= 0 and shipping_amount <= total_amount_cents",
        name="ck_orders_total",
    ),
    CheckConstraint(
        check=(
            "discount_amount >= 0 and shipping_discount >= 0 and marketplace_discount >= 0"
            " and marketplace_discount <= discount_amount + shipping_discount"
        ),
        name="ck_orders_discounts",
    ),
    CheckConstraint(
        check="shipping_amount >= 0",
        name="ck_orders_shipping",
    ),
    CheckConstraint(
        check="shipping_refunded >= 0 and shipping_refunded <= shipping_amount",
        name="ck_orders_shipping_refunded",
    ),
    CheckConstraint(
        check=(
            "vat_taken_off >= 0 and (vat_treatment = 'reverse_charge') ="
            " (buyer_vat_number <> '' and seller_vat_number <> ''"
            " and buyer_vat_confirmed_at is not null)"
            " and (vat_taken_off = 0 or vat_treatment = 'reverse_charge')"
        ),
        name="ck_orders_reverse_charge",
    ),
]

LINE_CHECKS: list[CheckConstraint] = [
    CheckConstraint(
        check="quantity > 0 and unit_amount > 0", name="ck_order_lines_positive"
    ),
    CheckConstraint(
        check="commission_amount >= 0 and commission_amount <= unit_amount * quantity",
        name="ck_order_lines_commission",
    ),
    CheckConstraint(
        check="discount_amount >= 0 and discount_amount <= unit_amount * quantity",
        name="ck_order_lines_discount",
    ),
    CheckConstraint(
        check="refunded_quantity >= 0 and refunded_quantity <= quantity"
        " and restocked_quantity >= 0 and restocked_quantity <= quantity",
        name="ck_order_lines_pieces",
    ),
    CheckConstraint(
        check="vat_taken_off >= 0",
        name="ck_order_lines_vat_taken_off",
    ),
]
