"""Where what is picked up waits for its shopper."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0069_discounts")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Order",
            name="pickup_place",
            field=fields.CharField(
                default="",
                db_default="",
                description="where it is picked up, as it was said at the sale",
                max_length=200,
            ),
        ),
    ]
