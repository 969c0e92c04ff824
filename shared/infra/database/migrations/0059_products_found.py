"""Products are found by terms with an index of each engine's own; those that are here already get theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.core import search_terms
from shared.infra.database.operations import RunOn
from shared.infra.database.searching import folded

if TYPE_CHECKING:
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor

AT_ONCE = 1000
SOURCES = ("name", "category", "description", "vendor_id")


async def fill(_apps: Any, editor: BaseSchemaEditor) -> None:
    """Give every product its terms, a thousand at a time."""
    last: int | None = 0
    while last is not None:
        last = await _fill_some(editor, last)


async def _fill_some(editor: BaseSchemaEditor, after: int) -> int | None:
    query = (
        f"SELECT id, {', '.join(SOURCES)} FROM products "  # noqa: S608
        f"WHERE id > {after} AND parent_id IS NULL ORDER BY id LIMIT {AT_ONCE}"
    )
    rows = await editor.client.execute_query_dict(query)
    if not rows:
        return None
    marks = ("?", "?", "?") if editor.DIALECT == "sqlite" else ("$1", "$2", "$3")
    update = "UPDATE products SET terms = {}, sort_name = {} WHERE id = {}"
    await editor.client.execute_many(
        update.format(*marks), [[*_found_by(row), row["id"]] for row in rows]
    )
    return int(rows[-1]["id"])


def _found_by(row: Any) -> tuple[str, str]:
    terms = search_terms.terms(
        name=row["name"],
        near=row["category"],
        text=row["description"],
        kinds=(search_terms.of("vendor", row["vendor_id"]),),
    )
    return terms, folded([row["name"]])[:120]


async def keep(_apps: Any, _editor: BaseSchemaEditor) -> None:
    """The columns go with their terms."""


# FTS5 keeps no copy of the terms: it reads them in the table, and must be told what they were.
# Its own words for signs are never asked for: terms hold letters and digits alone.
SQLITE = """
CREATE VIRTUAL TABLE products_found USING fts5(terms, content='products', content_rowid='id',
    tokenize='ascii', prefix='1 2 3', detail=none);
CREATE TRIGGER products_found_by_insert AFTER INSERT ON products
BEGIN INSERT INTO products_found(rowid, terms) VALUES (NEW.id, NEW.terms); END;
CREATE TRIGGER products_found_by_update AFTER UPDATE OF terms ON products WHEN OLD.terms IS NOT NEW.terms
BEGIN
INSERT INTO products_found(products_found, rowid, terms) VALUES ('delete', OLD.id, OLD.terms);
INSERT INTO products_found(rowid, terms) VALUES (NEW.id, NEW.terms);
END;
CREATE TRIGGER products_found_by_delete AFTER DELETE ON products
BEGIN INSERT INTO products_found(products_found, rowid, terms) VALUES ('delete', OLD.id, OLD.terms); END;
INSERT INTO products_found(products_found) VALUES ('rebuild');
"""
SQLITE_BACK = """
DROP TRIGGER products_found_by_insert;
DROP TRIGGER products_found_by_update;
DROP TRIGGER products_found_by_delete;
DROP TABLE products_found;
"""
POSTGRES = """
ALTER TABLE products ADD COLUMN terms_vector tsvector
    GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED;
CREATE INDEX ix_products_terms ON products USING gin (terms_vector) WITH (fastupdate = off);
"""
POSTGRES_BACK = "ALTER TABLE products DROP COLUMN terms_vector;"


def _column(name: str, description: str) -> ops.AddField:
    field = fields.TextField(
        default="", db_default="", description=description, unique=False
    )
    return ops.AddField(model_name="Product", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("models", "0058_variants")]

    initial = False

    operations = [
        _column("sort_name", "folded; what lists by name go by"),
        _column("terms", "what shoppers' searches go by"),
        ops.RunPython(fill, keep),
        ops.AddIndex(
            model_name="Product",
            index=Index(fields=["sort_name", "id"], name="ix_products_by_name"),
        ),
        ops.AddIndex(
            model_name="Product",
            index=Index(
                fields=["currency", "price_amount", "id"], name="ix_products_by_price"
            ),
        ),
        RunOn(sqlite=(SQLITE, SQLITE_BACK), postgres=(POSTGRES, POSTGRES_BACK)),
    ]
