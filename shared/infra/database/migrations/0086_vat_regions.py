"""The part of a state whose own VAT rates an order was sold with, and where a vendor sells from."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0085_shared_refunds")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Order",
            name="vat_region",
            field=fields.CharField(
                default="",
                db_default="",
                description="the part of that state whose own rates hold (territories.toml); empty: none",
                max_length=40,
            ),
        ),
        ops.AddField(
            model_name="Vendor",
            name="postal_code",
            field=fields.CharField(
                default="",
                db_default="",
                description="where it sells from, for VAT; empty: it has not said",
                max_length=12,
            ),
        ),
    ]
