"""A closed month keeps what was held back and owed: the next is counted from there."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0048_indexes")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Statement",
            name="reserved",
            field=fields.BigIntField(
                null=True, description="minor units of the closing that are held back"
            ),
        ),
        ops.AddField(
            model_name="Statement",
            name="owed",
            field=fields.BigIntField(
                null=True, description="minor units that the vendor owed then"
            ),
        ),
    ]
