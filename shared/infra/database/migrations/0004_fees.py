"""Commission rules, the refund policy, and the commission on the lines of an order: what was sold before gets its order's fee, spread."""

import functools
from decimal import Decimal
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks

# Each line gets what the order's fee comes to up to and with it, half up, less what it came to before it: so the parts
# sum to the fee, and none is above its line. Both engines know these words.
SPREAD = """
UPDATE order_lines SET commission_amount = spread.part FROM (
    SELECT id, (2 * fee * upto + whole) / (2 * whole) - (2 * fee * (upto - amount) + whole) / (2 * whole) AS part FROM (
        SELECT line.id AS id, line.unit_amount * line.quantity AS amount, orders.platform_fee_amount AS fee,
            CAST(sum(line.unit_amount * line.quantity) OVER (PARTITION BY line.order_id ORDER BY line.id) AS bigint) AS upto,
            CAST(sum(line.unit_amount * line.quantity) OVER (PARTITION BY line.order_id) AS bigint) AS whole
        FROM order_lines AS line JOIN orders ON orders.id = line.order_id
    ) AS summed
) AS spread WHERE spread.id = order_lines.id
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0003_money")]

    initial = False

    operations = [
        ops.CreateModel(
            name="FeeRule",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                ("position", fields.IntField(description="1 is asked first")),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="fee_rules",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "category",
                    fields.CharField(
                        default="",
                        description="as products have it; empty: any",
                        max_length=60,
                    ),
                ),
                (
                    "product",
                    fields.ForeignKeyField(
                        "models.Product",
                        source_field="product_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="fee_rules",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "percentage",
                    fields.DecimalField(
                        default=Decimal(0), max_digits=5, decimal_places=2
                    ),
                ),
                (
                    "fixed_amount",
                    fields.BigIntField(
                        default=0,
                        description="minor units of currency, per line of an order",
                    ),
                ),
                (
                    "minimum_amount",
                    fields.BigIntField(
                        null=True, description="minor units of currency"
                    ),
                ),
                (
                    "maximum_amount",
                    fields.BigIntField(
                        null=True, description="minor units of currency"
                    ),
                ),
                (
                    "currency",
                    fields.CharField(
                        null=True,
                        description="null: any, and then a percentage only",
                        max_length=3,
                    ),
                ),
                ("is_active", fields.BooleanField(default=True)),
            ],
            options={
                "table": "fee_rules",
                "app": "models",
                "constraints": [
                    CheckConstraint(check="position > 0", name="ck_fee_rules_position"),
                    CheckConstraint(
                        check="cast(percentage as numeric) >= 0 and cast(percentage as numeric) < 100",
                        name="ck_fee_rules_percentage",
                    ),
                    CheckConstraint(
                        check="fixed_amount >= 0 and (minimum_amount is null or minimum_amount >= 0) and (maximum_amount is null or (maximum_amount >= fixed_amount and (minimum_amount is null or maximum_amount >= minimum_amount)))",
                        name="ck_fee_rules_amounts",
                    ),
                    CheckConstraint(
                        check="(currency is null and fixed_amount = 0 and minimum_amount is null and maximum_amount is null) or (currency is not null and currency = upper(currency) and length(currency) = 3)",
                        name="ck_fee_rules_currency",
                    ),
                    CheckConstraint(
                        check="product_id is null or vendor_id is not null",
                        name="ck_fee_rules_product",
                    ),
                ],
                "indexes": [
                    Index(fields=["position", "id"], name="ix_fee_rules_order")
                ],
                "pk_attr": "id",
                "table_description": "One rule of the operator's list; the first that holds for a line of an order is its commission. Never deleted, only switched off.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MarketplacePolicy",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "refund_policy",
                    fields.CharField(default="proportional", max_length=20),
                ),
                (
                    "refund_approval_limits",
                    fields.JSONField(
                        default=dict,
                        description="currency -> minor units; a refund above it needs the operator",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": "marketplace_policy",
                "app": "models",
                "constraints": [
                    CheckConstraint(check="id = 1", name="ck_marketplace_policy_one"),
                    CheckConstraint(
                        check="refund_policy in ('proportional', 'return', 'keep')",
                        name="ck_marketplace_policy_refunds",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "What holds for the whole marketplace: one row, made with the first change; until then the defaults hold.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="OrderLine",
            name="commission_amount",
            field=fields.BigIntField(
                default=0,
                description="minor units of the order's currency; frozen at sale",
                db_default=0,
            ),
        ),
        ops.AddField(
            model_name="OrderLine",
            name="commission_rule",
            field=fields.CharField(
                default="",
                description="fees.rules.snapshot; empty: the order's fee, spread",
                db_default="",
                max_length=255,
            ),
        ),
        ops.RunSQL(SPREAD, ops.RunSQL.noop),
        AddChecks(
            "FeeRule",
            ck_fee_rules_position="position > 0",
            ck_fee_rules_percentage="cast(percentage as numeric) >= 0 and cast(percentage as numeric) < 100",
            ck_fee_rules_amounts="fixed_amount >= 0 and (minimum_amount is null or minimum_amount >= 0) and (maximum_amount is null or (maximum_amount >= fixed_amount and (minimum_amount is null or maximum_amount >= minimum_amount)))",
            ck_fee_rules_currency="(currency is null and fixed_amount = 0 and minimum_amount is null and maximum_amount is null) or (currency is not null and currency = upper(currency) and length(currency) = 3)",
            ck_fee_rules_product="product_id is null or vendor_id is not null",
        ),
        AddChecks(
            "MarketplacePolicy",
            ck_marketplace_policy_one="id = 1",
            ck_marketplace_policy_refunds="refund_policy in ('proportional', 'return', 'keep')",
        ),
        AddChecks(
            "OrderLine",
            ck_order_lines_commission="commission_amount >= 0 and commission_amount <= unit_amount * quantity",
        ),
    ]
