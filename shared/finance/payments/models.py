"""Payments: one row per order and attempt to pay it.

Several of one purchase may share a PaymentIntent (decision 19).
"""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.finance.payments.rules import PaymentState
from shared.infra.database.base import Row, words
from shared.infra.database.indexes import IndexWhere
from shared.trade.orders.models import Order
from shared.trade.people.models import Customer
from shared.trade.vendors.models import Vendor


class Payment(Row):
    """A PaymentIntent for an order, written down before Stripe is asked for it. An order has at most one open payment.

    Alone, the intent is the order's own: a destination charge. Where `intent_key` is set, the
    orders of a purchase share an intent on the platform, and each payment is a slice of it; the one
    whose own key it is leads.
    """

    lock_rank = 240
    activity_columns = (
        "status",
        "stripe_payment_intent_id",
        "stripe_charge_id",
        "stripe_transfer_id",
        "stripe_application_fee_id",
        "stripe_balance_transaction_id",
        "amount_stripe_fee",
        "payment_method",
        "failure_code",
        "parked_reason",
        "statement_descriptor",
    )

    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="payments", on_delete=fields.RESTRICT
    )
    vendor_id: int
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name="payments", on_delete=fields.RESTRICT
    )
    order_id: int
    customer: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "models.Customer",
        related_name="payments",
        null=True,
        on_delete=fields.RESTRICT,
    )
    customer_id: int | None
    attempt = fields.SmallIntField(description="1 for the order's first intent")
    idempotency_key = fields.CharField(max_length=255, unique=True)
    intent_key = fields.CharField(
        max_length=255,
        null=True,
        description="of the intent that the orders of a purchase share; null: its own",
    )
    stripe_payment_intent_id = fields.CharField(max_length=255, null=True)
    stripe_customer_id = fields.CharField(
        max_length=255,
        null=True,
        description="whose saved methods may pay; frozen before Stripe is asked",
    )
    stripe_account_id = fields.CharField(max_length=255, description="the destination")
    stripe_charge_id = fields.CharField(max_length=255, null=True)
    stripe_transfer_id = fields.CharField(max_length=255, null=True)
    stripe_application_fee_id = fields.CharField(max_length=255, null=True)
    stripe_balance_transaction_id = fields.CharField(max_length=255, null=True)
    amount_total = fields.BigIntField(description="minor units of currency")
    amount_vendor = fields.BigIntField(description="minor units of currency")
    amount_platform_fee = fields.BigIntField(description="minor units of currency")
    amount_stripe_fee = fields.BigIntField(
        null=True, description="minor units, as Stripe's balance transaction says"
    )
    currency = fields.CharField(max_length=3)
    statement_suffix = fields.CharField(
        max_length=22,
        default="",
        db_default="",
        description=(
            "sent with the intent, the same under its key whatever the shop is called by then"
        ),
    )
    statement_descriptor = fields.CharField(
        max_length=22,
        default="",
        db_default="",
        description="what the card statement shows: Stripe's prefix and ours; empty: unknown",
    )
    status = fields.CharField(max_length=50, default=PaymentState.OPENING.value)
    payment_method = fields.CharField(
        max_length=50, null=True, description="card, sepa_debit, ..."
    )
    stripe_metadata: Any = fields.JSONField(default=dict)
    failure_code = fields.CharField(max_length=80, null=True)
    failure_reason = fields.TextField(
        null=True, description="a sentence fit for the shopper"
    )
    refund_reason = fields.TextField(null=True)
    available_on = fields.DatetimeField(
        null=True, description="when the vendor's share can be paid out, Stripe's word"
    )
    paid_at = fields.DatetimeField(null=True)
    refunded_at = fields.DatetimeField(null=True)
    parked_reason = fields.TextField(
        null=True, description="why a success did not match the order"
    )

    @property
    def is_slice(self) -> bool:
        """Whether it shares its intent with the other orders of its purchase."""
        return self.intent_key is not None

    @property
    def leads(self) -> bool:
        """Whether its key is the intent's."""
        return self.intent_key in (None, self.idempotency_key)

    @property
    def transfer_group(self) -> str:
        """What charge and transfers of its intent have in common at Stripe."""
        return self.intent_key or f"order_{self.order_id}"

    class Meta:
        table = "payments"
        unique_together = (("order", "attempt"),)
        indexes = [
            IndexWhere(
                fields=("id",),
                name="ix_payments_parked",
                where=f"status = {words([PaymentState.PARKED])}",
            ),
            IndexWhere(
                fields=("stripe_charge_id",),
                name="ix_payments_charge",
                where="stripe_charge_id IS NOT NULL",
            ),
            Index(
                fields=("vendor_id", "id"),
                name="ix_payments_vendor",
            ),
            IndexWhere(
                fields=("vendor_id", "paid_at"),
                name="ix_payments_vendor_paid",
                where="paid_at IS NOT NULL",
            ),
            IndexWhere(
                fields=("paid_at",),
                name="ix_payments_paid",
                where="paid_at IS NOT NULL",
            ),
            IndexWhere(
                fields=("updated_at",),
                name="ix_payments_bare",
                where="stripe_charge_id IS NOT NULL AND stripe_balance_transaction_id IS NULL",
            ),
            IndexWhere(
                fields=("intent_key",),
                name="ix_payments_shared",
                where="intent_key IS NOT NULL",
            ),
            IndexWhere(
                fields=("stripe_transfer_id", "id"),  # none: what SQLite takes it for
                name="ix_payments_untransferred",
                where="intent_key IS NOT NULL AND stripe_charge_id IS NOT NULL"
                " AND stripe_transfer_id IS NULL",
            ),
        ]
        constraints = [
            CheckConstraint(
                check=f"status in ({words(PaymentState)})", name="ck_payments_status"
            ),
            CheckConstraint(
                check="amount_total >= 0 and amount_platform_fee >= 0 and"
                " (amount_platform_fee = 0 or amount_platform_fee < amount_total)"
                " and amount_vendor = amount_total - amount_platform_fee",
                name="ck_payments_amounts",
            ),
        ]
