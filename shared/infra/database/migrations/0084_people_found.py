"""People are found by any piece of name and address, with an index of each engine's own; those that are here already get their terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.core import search_terms
from shared.infra.database.indexes import IndexWhere
from shared.infra.database.operations import RunOn

if TYPE_CHECKING:
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor

AT_ONCE = 1000
TABLES = ("members", "customers")


async def fill(_apps: Any, editor: BaseSchemaEditor) -> None:
    """Give every person the terms, a thousand at a time."""
    for table in TABLES:
        last: int | None = 0
        while last is not None:
            last = await _fill_some(
                editor,
                table,
                last,
            )


async def _fill_some(
    editor: BaseSchemaEditor,
    table: str,
    after: int,
) -> int | None:
    query = f"SELECT id, full_name, email FROM {table} WHERE id > {after} ORDER BY id LIMIT {AT_ONCE}"  # noqa: S608
    rows = await editor.client.execute_query_dict(query)
    if not rows:
        return None
    marks = ("?", "?") if editor.DIALECT == "sqlite" else ("$1", "$2")
    update = f"UPDATE {table} SET terms = {{}} WHERE id = {{}}"  # noqa: S608
    await editor.client.execute_many(
        update.format(*marks),
        [
            [search_terms.pieces(row["full_name"], row["email"]), row["id"]]
            for row in rows
        ],
    )
    return int(rows[-1]["id"])


async def keep(_apps: Any, _editor: BaseSchemaEditor) -> None:
    """The columns go with their terms."""


# As migration 0059 has it for products.
SQLITE = """
CREATE VIRTUAL TABLE {table}_found USING fts5(terms, content='{table}', content_rowid='id',
    tokenize='ascii', prefix='1 2 3', detail=none);
CREATE TRIGGER {table}_found_by_insert AFTER INSERT ON {table}
BEGIN INSERT INTO {table}_found(rowid, terms) VALUES (NEW.id, NEW.terms); END;
CREATE TRIGGER {table}_found_by_update AFTER UPDATE OF terms ON {table} WHEN OLD.terms IS NOT NEW.terms
BEGIN
INSERT INTO {table}_found({table}_found, rowid, terms) VALUES ('delete', OLD.id, OLD.terms);
INSERT INTO {table}_found(rowid, terms) VALUES (NEW.id, NEW.terms);
END;
CREATE TRIGGER {table}_found_by_delete AFTER DELETE ON {table}
BEGIN INSERT INTO {table}_found({table}_found, rowid, terms) VALUES ('delete', OLD.id, OLD.terms); END;
INSERT INTO {table}_found({table}_found) VALUES ('rebuild');
"""
SQLITE_BACK = """
DROP TRIGGER {table}_found_by_insert;
DROP TRIGGER {table}_found_by_update;
DROP TRIGGER {table}_found_by_delete;
DROP TABLE {table}_found;
"""
POSTGRES = """
ALTER TABLE {table} ADD COLUMN terms_vector tsvector
    GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED;
CREATE INDEX ix_{table}_terms ON {table} USING gin (terms_vector) WITH (fastupdate = off);
"""
POSTGRES_BACK = "ALTER TABLE {table} DROP COLUMN terms_vector;"


def _of_each(script: str) -> str:
    return "".join(script.format(table=table) for table in TABLES)


def _column(model_name: str) -> ops.AddField:
    field = fields.TextField(
        default="",
        db_default="",
        description="what staff find them by",
        unique=False,
    )
    return ops.AddField(model_name=model_name, name="terms", field=field)


class Migration(migrations.Migration):
    dependencies = [("models", "0083_commission_basis")]

    initial = False

    operations = [
        _column("Member"),
        _column("Customer"),
        ops.RunPython(fill, keep),
        ops.AddIndex(
            model_name="Member",
            index=Index(fields=["role", "id"], name="ix_members_role"),
        ),
        ops.AddIndex(
            model_name="Customer",
            index=IndexWhere(
                fields=["id"], name="ix_customers_off", where="is_active = FALSE"
            ),
        ),
        RunOn(
            sqlite=(_of_each(SQLITE), _of_each(SQLITE_BACK)),
            postgres=(_of_each(POSTGRES), _of_each(POSTGRES_BACK)),
        ),
    ]
