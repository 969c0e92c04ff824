from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0022_saved_cards")]

    initial = False

    operations = [
        ops.CreateModel(
            name="DoorCount",
            fields=[
                ("key", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=200)),
                ("free_at", fields.BigIntField(description="when all tries are forgotten: milliseconds since 1970")),
            ],
            options={
                "table": "door_counts",
                "app": "models",
                "indexes": [Index(fields=["free_at"], name="ix_door_counts_free")],
                "pk_attr": "key",
                "table_description": "How far ahead of the clock the tries at one door are (shared/people/doors.py). Emails are kept as digests.",
            },
            bases=["Model"],
        ),
    ]
