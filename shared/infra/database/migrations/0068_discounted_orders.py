"""What codes take off an order and its lines, and how much of it the marketplace bears."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.operations import AddChecks, ReplaceChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0067_dispute_parts")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Order",
            name="discount_amount",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units that a code takes off the goods; frozen at sale",
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="discount_code",
            field=fields.CharField(
                default="",
                db_default="",
                description="as it was given; empty: none",
                max_length=40,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="marketplace_discount",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units of both discounts that the marketplace bears",
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="shipping_discount",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units that a code takes off sending; not in shipping_amount",
            ),
        ),
        ReplaceChecks(
            "Order",
            ck_orders_fee=(
                "platform_fee_amount >= 0 and platform_fee_amount < total_amount_cents",
                (
                    "platform_fee_amount >= 0 and (platform_fee_amount = 0"
                    " or platform_fee_amount < total_amount_cents + marketplace_discount)"
                ),
            ),
        ),
        AddChecks(
            "Order",
            ck_orders_total="total_amount_cents >= 0 and shipping_amount <= total_amount_cents",
            ck_orders_discounts=(
                "discount_amount >= 0 and shipping_discount >= 0 and marketplace_discount >= 0"
                " and marketplace_discount <= discount_amount + shipping_discount"
            ),
        ),
        ops.AddField(
            model_name="OrderLine",
            name="discount_amount",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units of its order's discount_amount; frozen at sale",
            ),
        ),
        AddChecks(
            "OrderLine",
            ck_order_lines_discount="discount_amount >= 0 and discount_amount <= unit_amount * quantity",
        ),
        ReplaceChecks(
            "Checkout",
            ck_checkouts_total=("total_amount > 0", "total_amount >= 0"),
        ),
    ]
