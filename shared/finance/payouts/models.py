"""Payouts to vendors' banks (and the platform's own), what each consists of, and what is held back
as a reserve.
"""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.finance.payouts.errors import PayoutNotFound
from shared.finance.payouts.rules import PayoutState
from shared.infra.database.base import Row, words
from shared.infra.database.indexes import IndexWhere
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor


class Payout(Row):
    """One payout, ours or Stripe's own. `period` names the payday that our scheduler made it for: one per vendor, currency and period.

    Without a vendor it is the platform's own.
    """

    lock_rank = 280
    not_found = PayoutNotFound.default
    activity_columns = (
        "status",
        "amount",
        "fee",
        "stripe_payout_id",
        "arrives_on",
        "paid_at",
        "failed_at",
        "failure_code",
        "refusal",
    )

    vendor: fields.ForeignKeyNullableRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor",
        related_name="payouts",
        null=True,
        on_delete=fields.RESTRICT,
    )
    vendor_id: int | None
    period = fields.CharField(
        max_length=40,
        null=True,
        description="2026-11-30; null for automatic and instant ones",
    )
    status = fields.CharField(max_length=20, default=PayoutState.OPENING.value)
    amount = fields.BigIntField(description="minor units of currency")
    fee = fields.BigIntField(default=0, description="minor units, of an instant payout")
    currency = fields.CharField(max_length=3)
    method = fields.CharField(
        max_length=20, default="standard", description="standard | instant"
    )
    is_automatic = fields.BooleanField(
        default=False, description="made by Stripe's own schedule"
    )
    stripe_account_id = fields.CharField(max_length=255, null=True)
    stripe_payout_id = fields.CharField(
        max_length=255,
        null=True,
        unique=True,
    )
    stripe_destination_id = fields.CharField(max_length=255, null=True)
    destination_words = fields.CharField(
        max_length=120, default="", description="STRIPE TEST BANK ••42"
    )
    idempotency_key = fields.CharField(
        max_length=255,
        null=True,
        unique=True,
    )
    requested_by = fields.CharField(max_length=60, default="system")
    arrives_on = fields.DatetimeField(null=True)
    paid_at = fields.DatetimeField(null=True)
    failed_at = fields.DatetimeField(null=True)
    failure_code = fields.CharField(max_length=80, null=True)
    trace_id = fields.CharField(max_length=120, null=True)
    refusal = fields.CharField(
        max_length=300, default="", description="a sentence: why Stripe refused it"
    )

    class Meta:
        table = "payouts"
        unique_together = (("vendor", "currency", "period"),)
        indexes = [
            Index(fields=("vendor_id", "id"), name="ix_payouts_vendor"),
            Index(fields=("status", "updated_at"), name="ix_payouts_status"),
            IndexWhere(
                fields=("paid_at",),
                name="ix_payouts_paid",
                where="paid_at IS NOT NULL",
            ),
        ]
        constraints = [
            CheckConstraint(
                check=f"status in ({words(PayoutState)})", name="ck_payouts_status"
            ),
            CheckConstraint(
                check="method in ('standard', 'instant')", name="ck_payouts_method"
            ),
            CheckConstraint(check="fee >= 0", name="ck_payouts_fee"),
        ]


class StripeBalance(Row):
    """What Stripe said last that a vendor's account holds: pages show it at once, and then ask."""

    vendor: fields.OneToOneRelation[Vendor] = fields.OneToOneField(
        "models.Vendor", related_name="stripe_balance", on_delete=fields.RESTRICT
    )
    vendor_id: int
    stripe_account_id = fields.CharField(max_length=255)
    lines: Any = fields.JSONField(description="a balance for each currency")
    read_at = fields.DatetimeField(description="when Stripe was asked")

    class Meta:
        table = "stripe_balances"


class PayoutItem(Row):
    """A part of a payout: an amount of one movement of the vendor's balance (a ledger entry), with the order it came from."""

    payout: fields.ForeignKeyRelation[Payout] = fields.ForeignKeyField(
        "models.Payout", related_name="items", on_delete=fields.RESTRICT
    )
    payout_id: int
    entry: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.LedgerEntry", related_name="payout_items", on_delete=fields.RESTRICT
    )
    entry_id: int
    order: fields.ForeignKeyNullableRelation[Order] = fields.ForeignKeyField(
        "models.Order",
        related_name="payout_items",
        null=True,
        on_delete=fields.RESTRICT,
    )
    order_id: int | None
    amount = fields.BigIntField(
        description="minor units of the payout's currency; negative for what went back"
    )

    class Meta:
        table = "payout_items"
        unique_together = (("payout", "entry"),)
        indexes = [
            Index(fields=("entry_id",), name="ix_payout_items_entry"),
            Index(fields=("order_id",), name="ix_payout_items_order"),
        ]


class ReserveHold(Row):
    """A part of one sale that is held back until its day (rolling reserve)."""

    lock_rank = 290
    subject_word = "reserve"
    activity_columns = (
        "amount",
        "let_go",
        "release_at",
        "released_at",
    )

    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="reserve_holds", on_delete=fields.RESTRICT
    )
    vendor_id: int
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name="reserve_holds", on_delete=fields.RESTRICT
    )
    order_id: int
    currency = fields.CharField(max_length=3)
    amount = fields.BigIntField(description="minor units of currency")
    let_go = fields.BigIntField(
        default=0,
        db_default=0,
        description="of that, released early because of refunds",
    )
    changes = fields.SmallIntField(
        default=0, db_default=0, description="how often a part was released early"
    )
    release_at = fields.DatetimeField()
    released_at = fields.DatetimeField(null=True)

    class Meta:
        table = "reserve_holds"
        unique_together = (("order", "vendor"),)
        indexes = [
            Index(
                fields=("vendor_id", "currency", "released_at"),
                name="ix_reserve_holds_vendor",
            ),
            Index(fields=("released_at", "release_at"), name="ix_reserve_holds_due"),
        ]
        constraints = [
            CheckConstraint(check="amount > 0", name="ck_reserve_holds_amount")
        ]
