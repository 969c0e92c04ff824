"""Why the staff took a product off sale."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0098_history_found")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Product",
            name="taken_off_for",
            field=fields.CharField(
                default="",
                db_default="",
                description="why the staff took it off sale; empty: it did not",
                max_length=500,
            ),
        ),
    ]
