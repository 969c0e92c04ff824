"""Disputes: what came back of each part and when an answer was delivered; checkouts: which terms were accepted, from where."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.operations import AddChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0005_health")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Checkout",
            name="purchase_ip",
            field=fields.CharField(
                default="",
                description="where the order came from",
                db_default="",
                max_length=45,
            ),
        ),
        ops.AddField(
            model_name="Checkout",
            name="terms_accepted_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Checkout",
            name="terms_version",
            field=fields.CharField(
                default="",
                description="which terms were accepted",
                db_default="",
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Dispute",
            name="commission_back",
            field=fields.BigIntField(
                default=0,
                description="minor units of commission that are back",
                db_default=0,
            ),
        ),
        ops.AddField(
            model_name="Dispute",
            name="delivered_at",
            field=fields.DatetimeField(
                null=True,
                description="when Stripe had taken the answer, or the acceptance",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Dispute",
            name="fee_back",
            field=fields.BigIntField(
                default=0,
                description="minor units of the fee that came back",
                db_default=0,
            ),
        ),
        ops.AddField(
            model_name="Dispute",
            name="loss_back",
            field=fields.BigIntField(
                default=0,
                description="minor units that the marketplace has back",
                db_default=0,
            ),
        ),
        ops.AddField(
            model_name="Dispute",
            name="transaction_count",
            field=fields.SmallIntField(
                default=0, description="balance transactions seen so far", db_default=0
            ),
        ),
        ops.AddField(
            model_name="Dispute",
            name="vendor_back",
            field=fields.BigIntField(
                default=0,
                description="minor units that the vendor has back",
                db_default=0,
            ),
        ),
        AddChecks(
            "Dispute",
            ck_disputes_back="vendor_back >= 0 and vendor_back <= vendor_part and commission_back >= 0"
            " and commission_back <= commission_part and loss_back >= 0",
            ck_disputes_one_answer="submitted_at is null or accepted_at is null",
        ),
    ]
