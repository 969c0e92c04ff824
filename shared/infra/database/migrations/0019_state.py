"""States of addresses: where a country's post asks for one. Orders that are older have none."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0018_closed_shops")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Checkout",
            name="state",
            field=fields.CharField(
                default="",
                db_default="",
                description="as on a label; empty where a country has none",
                max_length=60,
            ),
        ),
    ]
