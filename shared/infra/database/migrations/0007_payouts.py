"""Payouts: when a sale's money can leave, where it goes, and how much of a reserve was let go early."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0006_disputes")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Payment",
            name="available_on",
            field=fields.DatetimeField(
                null=True,
                description="when the vendor's share can be paid out, Stripe's word",
            ),
        ),
        ops.AddField(
            model_name="ReserveHold",
            name="let_go",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="of that, released early because of refunds",
            ),
        ),
        ops.AddField(
            model_name="ReserveHold",
            name="changes",
            field=fields.SmallIntField(
                default=0,
                db_default=0,
                description="how often a part was released early",
            ),
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="payout_bank",
            field=fields.CharField(
                default="",
                db_default="",
                max_length=40,
                description="••6789, as last read",
            ),
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="payout_bank_errored",
            field=fields.BooleanField(
                default=False,
                db_default=False,
                description="a payout came back from it",
            ),
        ),
    ]
