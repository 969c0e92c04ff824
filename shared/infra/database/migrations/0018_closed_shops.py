"""The day on which a closed shop opens again."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0017_search")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Vendor",
            name="closed_until",
            field=fields.DateField(
                null=True, description="the day on which a closed shop opens by itself"
            ),
        ),
    ]
