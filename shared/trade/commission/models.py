"""What the marketplace charges: commission rules in their order, and what it does with its
commission on a refund.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row, words
from shared.trade.commission.basis import CommissionBasis
from shared.trade.commission.rules import RefundPolicy


class FeeRule(Row):
    """One rule of the operator's list; the first that holds for a line of an order is its commission. Never deleted, only switched off."""

    lock_rank = 130

    position = fields.IntField(description="1 is asked first")
    vendor: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Vendor", related_name="fee_rules", null=True, on_delete=fields.RESTRICT
    )
    vendor_id: int | None
    category = fields.CharField(
        max_length=60, default="", description="as products have it; empty: any"
    )
    product: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Product", related_name="fee_rules", null=True, on_delete=fields.RESTRICT
    )
    product_id: int | None
    percentage = fields.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
    )
    fixed_amount = fields.BigIntField(
        default=0, description="minor units of currency, per line of an order"
    )
    minimum_amount = fields.BigIntField(
        null=True, description="minor units of currency"
    )
    maximum_amount = fields.BigIntField(
        null=True, description="minor units of currency"
    )
    currency = fields.CharField(
        max_length=3, null=True, description="null: any, and then a percentage only"
    )
    is_active = fields.BooleanField(default=True)

    class Meta:
        table = "fee_rules"
        indexes = [Index(fields=("position", "id"), name="ix_fee_rules_order")]
        constraints = [
            CheckConstraint(check="position > 0", name="ck_fee_rules_position"),
            CheckConstraint(
                check="cast(percentage as numeric) >= 0 and cast(percentage as numeric) < 100",
                name="ck_fee_rules_percentage",
            ),
            CheckConstraint(
                check="fixed_amount >= 0 and (minimum_amount is null or minimum_amount >= 0)"
                " and (maximum_amount is null or (maximum_amount >= fixed_amount"
                " and (minimum_amount is null or maximum_amount >= minimum_amount)))",
                name="ck_fee_rules_amounts",
            ),
            CheckConstraint(
                check="(currency is null and fixed_amount = 0"
                " and minimum_amount is null and maximum_amount is null)"
                " or (currency is not null and currency = upper(currency) and length(currency) = "
                "3)",
                name="ck_fee_rules_currency",
            ),
            CheckConstraint(
                check="product_id is null or vendor_id is not null",
                name="ck_fee_rules_product",
            ),
        ]


class MarketplacePolicy(Row):
    """What holds for the whole marketplace: one row, made with the first change; until then the defaults hold."""

    lock_rank = 120

    refund_policy = fields.CharField(
        max_length=20, default=RefundPolicy.PROPORTIONAL.value
    )
    refund_approval_limits: Any = fields.JSONField(
        default=dict,
        description="currency -> minor units; a refund above it needs the operator",
    )
    commission_basis = fields.CharField(
        max_length=20,
        default=CommissionBasis.GOODS.value,
        db_default=CommissionBasis.GOODS.value,
        description="what of an order the commission is taken of, from the next order on",
    )

    class Meta:
        table = "marketplace_policy"
        constraints = [
            CheckConstraint(check="id = 1", name="ck_marketplace_policy_one"),
            CheckConstraint(
                check=f"refund_policy in ({words(RefundPolicy)})",
                name="ck_marketplace_policy_refunds",
            ),
            CheckConstraint(
                check=f"commission_basis in ({words(CommissionBasis)})",
                name="ck_marketplace_policy_basis",
            ),
        ]
