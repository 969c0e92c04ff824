"""A vendor's part of the one answer to a shared dispute is closed: handed in, or its time is over."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0066_categories")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Dispute",
            name="part_closed_at",
            field=fields.DatetimeField(
                null=True,
                description="when a vendor's part of a shared answer was handed in, or its time was over",
            ),
        ),
    ]
