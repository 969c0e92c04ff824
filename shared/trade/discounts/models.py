"""Discount codes, their uses, and how often codes were guessed."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row, minor_units, words
from shared.trade.discounts.errors import DiscountNotFound
from shared.trade.discounts.rules import LONGEST_CODE, DiscountKind, RedemptionState
from shared.trade.vendors.models import Vendor


class DiscountCode(Row):
    """A code that takes something off; without a vendor the marketplace's. Never deleted."""

    lock_rank = 304
    not_found = DiscountNotFound.default
    subject_word = "discount"

    vendor: fields.ForeignKeyNullableRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="discounts", null=True, on_delete=fields.RESTRICT
    )
    vendor_id: int | None
    code = fields.CharField(
        max_length=LONGEST_CODE, description="rules.typed_code of what was typed"
    )
    kind = fields.CharField(max_length=20)
    percentage = fields.DecimalField(max_digits=5, decimal_places=2, null=True)
    amount = minor_units("of currency, that it takes off")
    currency = fields.CharField(
        max_length=3, default="", description="of its amounts; empty: it has none"
    )
    least_amount = minor_units("of currency, that the goods it is for cost at least")
    starts_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(
        null=True, description="from this moment on it is over"
    )
    most_uses = fields.IntField(null=True, description="null: any number")
    most_per_shopper = fields.IntField(null=True, description="null: any number")
    vendor_ids: Any = fields.JSONField(
        default=list, description="whose goods the marketplace's is for; empty: all"
    )
    categories: Any = fields.JSONField(
        default=list, description="names of those it is for; empty: all"
    )
    is_active = fields.BooleanField(default=True)
    uses = fields.IntField(
        default=0, description="redemptions that are reserved or used"
    )

    class Meta:
        table = "discounts"
        unique_together = (("vendor", "code"),)
        indexes = [Index(fields=("code",), name="ix_discounts_code")]
        constraints = [
            CheckConstraint(
                check=f"kind in ({words(DiscountKind)})", name="ck_discounts_kind"
            ),
            CheckConstraint(
                check="(kind = 'percent') = (percentage is not null)"
                " and (percentage is null or (cast(percentage as numeric) > 0"
                " and cast(percentage as numeric) <= 100))",
                name="ck_discounts_percentage",
            ),
            CheckConstraint(
                check="amount >= 0 and least_amount >= 0 and (kind = 'amount') = (amount > 0)"
                " and (currency <> '' or (amount = 0 and least_amount = 0))",
                name="ck_discounts_amounts",
            ),
            CheckConstraint(
                check="starts_at is null or ends_at is null or starts_at < ends_at",
                name="ck_discounts_times",
            ),
            CheckConstraint(
                check="uses >= 0 and (most_uses is null or most_uses > 0)"
                " and (most_per_shopper is null or most_per_shopper > 0)",
                name="ck_discounts_limits",
            ),
        ]


class Redemption(Row):
    """One purchase that uses a code: who it counts for, and what was taken off."""

    discount: fields.ForeignKeyRelation[DiscountCode] = fields.ForeignKeyField(
        "models.DiscountCode", related_name="redemptions", on_delete=fields.RESTRICT
    )
    discount_id: int
    checkout: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Checkout", related_name="redemptions", on_delete=fields.RESTRICT
    )
    checkout_id: int
    status = fields.CharField(max_length=20, default=RedemptionState.RESERVED.value)
    customer: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Customer",
        related_name="redemptions",
        null=True,
        on_delete=fields.RESTRICT,
    )
    customer_id: int | None
    shopper_digest = fields.CharField(
        max_length=64, description="of rules.shopper_key, the address of the purchase"
    )
    amount = minor_units("of currency, that it takes off goods and sending")
    currency = fields.CharField(max_length=3)

    class Meta:
        table = "redemptions"
        unique_together = (("discount", "checkout"),)
        indexes = [
            Index(fields=("checkout_id",), name="ix_redemptions_checkout"),
            Index(fields=("discount_id", "status"), name="ix_redemptions_discount"),
            Index(
                fields=("discount_id", "shopper_digest"), name="ix_redemptions_shopper"
            ),
            Index(
                fields=("discount_id", "customer_id"), name="ix_redemptions_customer"
            ),
        ]
        constraints = [
            CheckConstraint(
                check=f"status in ({words(RedemptionState)})",
                name="ck_redemptions_status",
            ),
            CheckConstraint(check="amount >= 0", name="ck_redemptions_amount"),
        ]


class CodeTries(Row):
    """How often codes that do not exist were tried from one network within an hour."""

    network = fields.CharField(max_length=45)
    hour = fields.DatetimeField(description="when it began")
    unknown = fields.IntField(default=0, description="codes that nobody has")
    stopped = fields.IntField(default=0, description="tries that were refused unseen")

    class Meta:
        table = "code_tries"
        unique_together = (("network", "hour"),)
        indexes = [Index(fields=("hour",), name="ix_code_tries_hour")]
        constraints = [
            CheckConstraint(
                check="unknown >= 0 and stopped >= 0", name="ck_code_tries_counts"
            )
        ]
