"""The marketplace's categories as a tree; what products say already becomes its first level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.core.clock import now
from shared.core.ids import slugify
from shared.infra.database.operations import RunOn

if TYPE_CHECKING:
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor

AT = "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"
NAMES = "SELECT DISTINCT category FROM products WHERE category > '' ORDER BY category"


async def fill(_apps: Any, editor: BaseSchemaEditor) -> None:
    """A category for each that products have; spellings of one, whatever the case, become one."""
    taken: dict[str, str] = {}
    slugs: set[str] = set()
    for row in await editor.client.execute_query_dict(NAMES):
        name = row["category"]
        kept = taken.setdefault(name.strip().casefold(), name)
        if kept != name:
            await _run(
                editor,
                "UPDATE products SET category = {} WHERE category = {}",
                kept,
                name,
            )
            continue
        slug = slugify(name) or "category"
        while slug in slugs:
            slug = f"{slug[:50]}-{len(slugs)}"
        slugs.add(slug)
        at = now() if editor.DIALECT == "postgres" else str(now())
        await _run(
            editor,
            "INSERT INTO categories (created_at, updated_at, slug, name, name_de, name_fr, position)"
            " VALUES ({}, {}, {}, {}, '', '', {})",
            at,
            at,
            slug,
            name,
            len(slugs),
        )


async def _run(editor: BaseSchemaEditor, sql: str, *values: Any) -> None:
    is_sqlite = editor.DIALECT == "sqlite"
    marks = ["?" if is_sqlite else f"${n}" for n in range(1, len(values) + 1)]
    await editor.client.execute_query(sql.format(*marks), list(values))


async def keep(_apps: Any, _editor: BaseSchemaEditor) -> None:
    """The table goes with its rows."""


SQLITE = "".join(
    f"""CREATE TRIGGER categories_change_pages_by_{verb.lower()} AFTER {verb} ON categories
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, {AT}, {AT}); END;
"""  # noqa: S608
    for verb in ("INSERT", "UPDATE", "DELETE")
)
SQLITE_BACK = "".join(
    f"DROP TRIGGER categories_change_pages_by_{verb};\n"
    for verb in ("insert", "update", "delete")
)
POSTGRES = """
CREATE FUNCTION categories_change_pages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM note_page_change(NULL); RETURN NULL; END $$;
CREATE TRIGGER categories_change_pages AFTER INSERT OR UPDATE OR DELETE ON categories
FOR EACH ROW EXECUTE FUNCTION categories_change_pages();
"""
POSTGRES_BACK = """
DROP TRIGGER categories_change_pages ON categories;
DROP FUNCTION categories_change_pages();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0065_billing")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Category",
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
                ("slug", fields.CharField(max_length=80, unique=True)),
                (
                    "name",
                    fields.CharField(
                        max_length=60, unique=True, description="as products have it"
                    ),
                ),
                ("name_de", fields.CharField(default="", max_length=60)),
                ("name_fr", fields.CharField(default="", max_length=60)),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "models.Category",
                        source_field="parent_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="children",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.IntField(default=0)),
            ],
            options={
                "table": "categories",
                "app": "models",
                "indexes": [Index(fields=["parent_id"], name="ix_categories_parent")],
                "pk_attr": "id",
                "table_description": "A kind of thing that is sold; the operator keeps them as a tree.",
            },
            bases=["Row"],
        ),
        ops.RunPython(fill, keep),
        RunOn(sqlite=(SQLITE, SQLITE_BACK), postgres=(POSTGRES, POSTGRES_BACK)),
    ]
