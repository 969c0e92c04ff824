"""Pictures that vendors upload, and which of them a product shows."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks, RunOn

# As in 0045: whose page may have changed.
AT = "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"
VERBS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
SQLITE = "".join(
    f"""CREATE TRIGGER product_pictures_change_pages_by_{verb.lower()} AFTER {verb} ON product_pictures
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES ({row}.vendor_id, {AT}, {AT}); END;
"""  # noqa: S608
    for verb, row in VERBS
)
SQLITE_BACK = "".join(
    f"DROP TRIGGER product_pictures_change_pages_by_{verb.lower()};\n"
    for verb, _ in VERBS
)
POSTGRES = """
CREATE FUNCTION product_pictures_change_pages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM note_page_change(coalesce(NEW.vendor_id, OLD.vendor_id)); RETURN NULL; END $$;
CREATE TRIGGER product_pictures_change_pages AFTER INSERT OR DELETE OR UPDATE ON product_pictures
FOR EACH ROW EXECUTE FUNCTION product_pictures_change_pages();
"""
POSTGRES_BACK = """
DROP TRIGGER product_pictures_change_pages ON product_pictures;
DROP FUNCTION product_pictures_change_pages();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0063_invoices")]

    initial = False

    operations = [
        ops.CreateModel(
            name="StoredPicture",
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
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="pictures",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "name",
                    fields.CharField(max_length=80, unique=True),
                ),
                (
                    "width",
                    fields.IntField(),
                ),
                (
                    "height",
                    fields.IntField(),
                ),
            ],
            options={
                "table": "pictures",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="width > 0 and height > 0", name="ck_pictures_size"
                    )
                ],
                "pk_attr": "id",
                "table_description": "A vendor's picture. Its name is made of its pixels, so what it shows never changes.",
            },
            bases=["Row"],
        ),
        AddChecks("StoredPicture", ck_pictures_size="width > 0 and height > 0"),
        ops.CreateModel(
            name="PictureFile",
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
                (
                    "picture",
                    fields.ForeignKeyField(
                        "models.StoredPicture",
                        source_field="picture_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="files",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "width",
                    fields.IntField(),
                ),
                (
                    "format",
                    fields.CharField(description="webp | jpg", max_length=4),
                ),
                (
                    "content",
                    fields.BinaryField(),
                ),
            ],
            options={
                "table": "picture_files",
                "app": "models",
                "unique_together": (("picture", "width", "format"),),
                "pk_attr": "id",
                "table_description": "A picture in one width and format.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ProductPicture",
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
                (
                    "product",
                    fields.ForeignKeyField(
                        "models.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="pictures",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "vendor_id",
                    fields.BigIntField(),
                ),
                (
                    "path",
                    fields.CharField(
                        description="as in products.picture", max_length=200
                    ),
                ),
                (
                    "text",
                    fields.CharField(
                        default="",
                        description="what it shows; empty: not told",
                        max_length=200,
                    ),
                ),
                (
                    "position",
                    fields.IntField(),
                ),
            ],
            options={
                "table": "product_pictures",
                "app": "models",
                "unique_together": (("product", "path"),),
                "pk_attr": "id",
                "table_description": "An uploaded picture of a product; `vendor_id` says whose pages show it.",
            },
            bases=["Row"],
        ),
        RunOn(sqlite=(SQLITE, SQLITE_BACK), postgres=(POSTGRES, POSTGRES_BACK)),
    ]
