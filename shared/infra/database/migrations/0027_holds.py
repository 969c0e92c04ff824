"""Orders whose pieces are set aside when Pay is pressed, and whose network an order came from."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.infra.database.operations import ReplaceChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0026_accounts")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Checkout",
            name="network",
            field=fields.CharField(
                default="",
                max_length=45,
                db_default="",
                description="whose address it was (networks.network_of); its holds are counted",
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="held_at",
            field=fields.DatetimeField(
                null=True,
                description="when Pay last set its pieces aside; null: it never did",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="held_until",
            field=fields.DatetimeField(
                null=True,
                description="when what Pay set aside is let go, unless it is paid",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="wasted_holds",
            field=fields.IntField(
                default=0,
                db_default=0,
                description="how often what Pay set aside was let go without a try to pay",
            ),
        ),
        ops.AddIndex(
            model_name="Checkout",
            index=Index(fields=["network", "status"], name="ix_checkouts_network"),
        ),
        ops.AddIndex(
            model_name="Order", index=Index(fields=["held_at"], name="ix_orders_held")
        ),
        ReplaceChecks(
            "Order",
            ck_orders_stock_state=(
                "stock_state in ('reserved', 'taken', 'released')",
                "stock_state in ('at_payment', 'reserved', 'taken', 'released')",
            ),
        ),
    ]
