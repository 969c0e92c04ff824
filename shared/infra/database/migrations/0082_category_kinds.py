"""A category says what new products of it are to VAT, where their vendors do not."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0081_posting_vendors")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Category",
            name="vat_class",
            field=fields.CharField(
                default="",
                db_default="",
                description=(
                    "what a new product is to VAT whose vendor does not say; empty: as above it"
                ),
                max_length=20,
            ),
        ),
    ]
