"""Staff find what it took off sale, however many products there are."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from shared.infra.database.indexes import IndexWhere


class Migration(migrations.Migration):
    dependencies = [("models", "0101_numbers_on_pages")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="Product",
            index=IndexWhere(
                fields=["id"], name="ix_products_off_sale", where="taken_off_for > ''"
            ),
        )
    ]
