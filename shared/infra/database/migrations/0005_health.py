"""Account health: payouts that have nowhere to go, and the deadlines of what Stripe asks for, as columns to find them by."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.operations import RunOn

# Deadlines that are stored already are found from the first day on.
SQLITE = """
UPDATE vendor_payment_configs SET current_deadline = replace(json_extract(requirements, '$.current_deadline'), 'T', ' ')
WHERE json_extract(requirements, '$.current_deadline') IS NOT NULL;
"""
POSTGRES = """
UPDATE vendor_payment_configs SET current_deadline = (requirements ->> 'current_deadline')::timestamptz
WHERE requirements ->> 'current_deadline' IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0004_fees")]

    initial = False

    operations = [
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="external_account_errored",
            field=fields.BooleanField(
                default=False,
                db_default=False,
                description="payouts have nowhere to go",
            ),
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="current_deadline",
            field=fields.DatetimeField(
                null=True, description="of what is due now; to find it by"
            ),
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="future_deadline",
            field=fields.DatetimeField(
                null=True, description="of what is announced; to find it by"
            ),
        ),
        RunOn(sqlite=(SQLITE, "SELECT 1;"), postgres=(POSTGRES, "SELECT 1;")),
    ]
