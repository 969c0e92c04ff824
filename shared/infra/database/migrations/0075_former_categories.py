"""What categories were called: links lead on where one is renamed or taken away."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.core.clock import now


class Migration(migrations.Migration):
    dependencies = [("models", "0074_contributions")]

    initial = False

    operations = [
        ops.CreateModel(
            name="FormerCategory",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                ("slug", fields.CharField(unique=True, max_length=80)),
                (
                    "name",
                    fields.CharField(description="as products had it", max_length=60),
                ),
                (
                    "category",
                    fields.ForeignKeyField(
                        "models.Category",
                        source_field="category_id",
                        null=True,
                        description="that has its things now; null: none",
                        db_constraint=True,
                        to_field="id",
                        related_name="formers",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={
                "table": "former_categories",
                "app": "models",
                "indexes": [
                    Index(fields=["name"], name="ix_former_categories_name"),
                    Index(fields=["category_id"], name="ix_former_categories_category"),
                ],
                "pk_attr": "id",
                "table_description": "An address and a name that a category had; links to it lead on.",
            },
            bases=["Row"],
        ),
    ]
