"""What went back is told by the payment; when an order arrived; what stands on the shopper's card statement."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

# Payments of which everything had gone back already: until now only `refunded_at` said so.
REFUNDED = """
UPDATE payments SET status = 'refunded' WHERE status = 'succeeded' AND amount_total <= (
    SELECT COALESCE(SUM(refunds.amount), 0) FROM refunds
    WHERE refunds.payment_id = payments.id AND refunds.status = 'succeeded'
)
"""
SUCCEEDED = "UPDATE payments SET status = 'succeeded' WHERE status = 'refunded'"


class Migration(migrations.Migration):
    dependencies = [("models", "0014_marketplace")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Order",
            name="delivered_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Order",
            name="delivered_by",
            field=fields.CharField(
                default="",
                db_default="",
                description="who said so; system: taken for granted after some days",
                max_length=80,
            ),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["status", "shipped_at"], name="ix_orders_shipped"),
        ),
        ops.AddField(
            model_name="Payment",
            name="statement_suffix",
            field=fields.CharField(
                default="",
                db_default="",
                description="sent with the intent, the same under its key whatever the shop is called by then",
                max_length=22,
            ),
        ),
        ops.AddField(
            model_name="Payment",
            name="statement_descriptor",
            field=fields.CharField(
                default="",
                db_default="",
                description="what the card statement shows: Stripe's prefix and ours; empty: unknown",
                max_length=22,
            ),
        ),
        ops.AddField(
            model_name="MarketplaceSettings",
            name="statement_prefix",
            field=fields.CharField(
                default="",
                db_default="",
                description="what card statements begin with, as Stripe says; set in its dashboard",
                max_length=22,
            ),
        ),
        ops.AddField(
            model_name="MarketplaceSettings",
            name="statement_prefix_read_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunSQL(REFUNDED, SUCCEEDED),
    ]
