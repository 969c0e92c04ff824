"""Refunds of orders, whole or in part, and which lines they are about."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.finance.payments.models import Payment
from shared.finance.refunds.rules import RefundState
from shared.infra.database.base import Row, minor_units, words
from shared.infra.database.indexes import IndexWhere
from shared.trade.orders.models import Order, OrderLine
from shared.trade.vendors.models import Vendor


class Refund(Row):
    """Money that goes back to a shopper, written down before Stripe is asked. All of an order's counting refunds fit its total.

    amount == vendor_part + commission_part - discount_part: who bears what, by the policy of the day it was asked for.
    What was refunded in Stripe's dashboard of a charge that orders share has a row for each.
    """

    lock_rank = 250
    activity_columns = (
        "status",
        "amount",
        "vendor_part",
        "commission_part",
        "discount_part",
        "stripe_refund_id",
        "stripe_reversal_id",
        "pending_reason",
        "failure_reason",
    )

    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="refunds", on_delete=fields.RESTRICT
    )
    vendor_id: int
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name="refunds", on_delete=fields.RESTRICT
    )
    order_id: int
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name="refunds", on_delete=fields.RESTRICT
    )
    payment_id: int
    number = fields.SmallIntField(description="1 for the order's first")
    status = fields.CharField(max_length=20, default=RefundState.OPENING.value)
    amount = fields.BigIntField(description="minor units of currency")
    vendor_part = fields.BigIntField(description="minor units that the vendor bears")
    commission_part = fields.BigIntField(
        description="minor units of commission that are given back"
    )
    discount_part = minor_units(
        "minor units that the marketplace has back of what it paid of the price"
    )
    shipping_amount = fields.BigIntField(
        default=0,
        db_default=0,
        description="minor units of amount that are for the order's sending",
    )
    currency = fields.CharField(max_length=3)
    policy = fields.CharField(
        max_length=20, description="keep | return | proportional, as it was then"
    )
    reverse_transfer = fields.BooleanField(
        null=True, description="how Stripe was asked; null: not yet decided"
    )
    refund_application_fee = fields.BooleanField(default=False)
    reason = fields.CharField(max_length=40, default="requested_by_customer")
    note = fields.CharField(
        max_length=500,
        default="",
        description="to the shopper",
    )
    idempotency_key = fields.CharField(max_length=255, unique=True)
    stripe_refund_id = fields.CharField(
        max_length=255,
        null=True,
    )
    stripe_amount = fields.BigIntField(
        null=True,
        description=(
            "minor units of Stripe's one refund that several orders share; null: it is of this one"
        ),
    )
    stripe_balance_transaction_id = fields.CharField(max_length=255, null=True)
    stripe_failure_transaction_id = fields.CharField(max_length=255, null=True)
    stripe_reversal_id = fields.CharField(max_length=255, null=True)
    pending_reason = fields.CharField(max_length=60, null=True)
    failure_reason = fields.CharField(max_length=80, null=True)
    refusal = fields.CharField(
        max_length=300,
        default="",
        description="a sentence: why it was refused or declined",
    )
    requested_by = fields.CharField(max_length=60, description="member:7")
    decided_by = fields.CharField(max_length=60, default="")
    succeeded_at = fields.DatetimeField(null=True)

    @property
    def is_part(self) -> bool:
        """Whether it is what one order has of a refund that several share."""
        return self.stripe_amount is not None

    class Meta:
        table = "refunds"
        unique_together = (("order", "number"),)
        indexes = [
            Index(fields=("status", "updated_at"), name="ix_refunds_status"),
            Index(fields=("vendor_id", "id"), name="ix_refunds_vendor"),
            IndexWhere(
                fields=("succeeded_at",),
                name="ix_refunds_succeeded",
                where="succeeded_at IS NOT NULL",
            ),
        ]
        constraints = [
            CheckConstraint(
                check=f"status in ({words(RefundState)})", name="ck_refunds_status"
            ),
            CheckConstraint(
                check=(
                    "amount >= 0 and vendor_part >= 0 and commission_part >= 0"
                    " and discount_part >= 0"
                    " and amount = vendor_part + commission_part - discount_part"
                ),
                name="ck_refunds_amounts",
            ),
            CheckConstraint(
                check="shipping_amount >= 0 and shipping_amount <= amount",
                name="ck_refunds_shipping",
            ),
        ]


class RefundLine(Row):
    """How many of an order's line a refund is about, and whether they go back in stock."""

    refund: fields.ForeignKeyRelation[Refund] = fields.ForeignKeyField(
        "models.Refund", related_name="lines", on_delete=fields.RESTRICT
    )
    refund_id: int
    order_line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "models.OrderLine", related_name="refund_lines", on_delete=fields.RESTRICT
    )
    order_line_id: int
    quantity = fields.IntField()
    amount = fields.BigIntField(description="minor units of the refund's currency")
    restock = fields.BooleanField(default=False)
    restocked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refund_lines"
        unique_together = (("refund", "order_line"),)
        constraints = [
            CheckConstraint(
                check="quantity > 0 and amount >= 0", name="ck_refund_lines_positive"
            )
        ]
