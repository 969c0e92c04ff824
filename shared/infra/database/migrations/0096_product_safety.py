"""Who made a product, and what must be known to use it safely."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0090_events_found")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Product",
            name="maker",
            field=fields.CharField(
                default="",
                db_default="",
                description="who answers for its safety: name, addresses; empty: its vendor made it",
                max_length=1000,
            ),
        ),
        ops.AddField(
            model_name="Product",
            name="warnings",
            field=fields.CharField(
                default="",
                db_default="",
                description="and on its safe use; empty: none",
                max_length=1000,
            ),
        ),
    ]
