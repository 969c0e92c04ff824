"""What is set off between claims of a vendor that is out of reach, and when a vendor connected its account again."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0012_one_bank")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Claim",
            name="netted",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units set off against what we owed the vendor; negative: by what we owed",
            ),
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="connected_again_at",
            field=fields.DatetimeField(
                null=True,
                description="after it was disconnected; older news is ignored",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
    ]
