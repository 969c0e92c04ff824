"""Who a vendor is by law: name, address and register of the business behind the shop."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0086_vat_regions")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Vendor",
            name="legal_name",
            field=fields.CharField(
                default="",
                db_default="",
                description="of the business behind the shop; empty: it has not said",
                max_length=120,
            ),
        ),
        ops.AddField(
            model_name="Vendor",
            name="seller_address",
            field=fields.CharField(
                default="",
                db_default="",
                description="of that business, a line each, without its country",
                max_length=300,
            ),
        ),
        ops.AddField(
            model_name="Vendor",
            name="register_entry",
            field=fields.CharField(
                default="",
                db_default="",
                description="which register the business is in, and its number there",
                max_length=120,
            ),
        ),
    ]
