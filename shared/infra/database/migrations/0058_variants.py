"""Products have options and variants: a variant is a product's row that names another as its parent."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.infra.database.operations import AddChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0057_returns")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Product",
            name="parent",
            field=fields.ForeignKeyField(
                "models.Product",
                source_field="parent_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="variants",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Product",
            name="options",
            field=fields.CharField(
                default="",
                db_default="",
                description="JSON: its options with their values; of a variant: its values",
                max_length=4000,
            ),
        ),
        ops.AddField(
            model_name="Product",
            name="position",
            field=fields.IntField(
                default=0, db_default=0, description="of a variant among its product's"
            ),
        ),
        ops.AddField(
            model_name="Product",
            name="sku",
            field=fields.CharField(
                default="",
                db_default="",
                description="the vendor's own number",
                max_length=60,
            ),
        ),
        ops.AddField(
            model_name="Product",
            name="is_offered",
            field=fields.BooleanField(
                default=True,
                db_default=True,
                description="of a variant: the vendor's tick",
            ),
        ),
        ops.AddField(
            model_name="Product",
            name="removed_at",
            field=fields.DatetimeField(
                null=True,
                description="of a variant that its product has no more",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Product",
            name="top_price_amount",
            field=fields.BigIntField(
                null=True,
                description="minor units; of a product with options: the dearest",
            ),
        ),
        ops.AddIndex(
            model_name="Product",
            index=Index(fields=["parent_id"], name="ix_products_parent"),
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_products_variant ON products (parent_id, options) "
            "WHERE parent_id IS NOT NULL",
            reverse_sql="DROP INDEX uq_products_variant",
        ),
        AddChecks("Product", ck_products_variant="parent_id is null or options <> ''"),
        ops.AddField(
            model_name="OrderLine",
            name="choice",
            field=fields.CharField(
                default="",
                db_default="",
                description="the variant's values in words: Blue, M",
                max_length=120,
            ),
        ),
        ops.AddField(
            model_name="OrderLine",
            name="sku",
            field=fields.CharField(default="", db_default="", max_length=60),
        ),
    ]
