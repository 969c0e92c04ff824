"""The description of vendors' payment settings cites no document that is not here."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from shared.infra.database.operations import RunOn

SAID = "How a vendor is paid. Onboarding and dashboard links are minted per click and never stored."
COMMENT = f"COMMENT ON TABLE vendor_payment_configs IS '{SAID}'"
NOTHING = ("SELECT 1", "SELECT 1")  # SQLite keeps no comments


class Migration(migrations.Migration):
    dependencies = [("models", "0041_refund_writes")]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name="VendorPaymentConfig",
            options={"pk_attr": "id", "table_description": SAID},
        ),
        RunOn(sqlite=NOTHING, postgres=(COMMENT, "SELECT 1")),
    ]
