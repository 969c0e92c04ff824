"""What products, vendors and purchases are found by, folded in columns of their own; rows that are here already are filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.searching import folded

if TYPE_CHECKING:
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor

AT_ONCE = 1000
# table, folded column, the columns whose words it holds: as the models say it in this version
COLUMNS = (
    ("products", "search", ("name", "category", "description")),
    ("vendors", "search", ("name", "tagline", "city")),
    ("vendors", "search_contact", ("slug", "business_email")),
    ("checkouts", "search", ("full_name", "email")),
)


async def fill(_apps: Any, editor: BaseSchemaEditor) -> None:
    """Fold every row, a thousand at a time."""
    for table, column, sources in COLUMNS:
        last: int | None = 0
        while last is not None:
            last = await _fill_some(editor, table, column, sources, last)


async def _fill_some(
    editor: BaseSchemaEditor,
    table: str,
    column: str,
    sources: tuple[str, ...],
    after: int,
) -> int | None:
    """Fold the rows after this id; answers with the last one's, or None when there was none."""
    listed = ", ".join(sources)
    query = f"SELECT id, {listed} FROM {table} WHERE id > {after} ORDER BY id LIMIT {AT_ONCE}"  # noqa: S608
    rows = await editor.client.execute_query_dict(query)
    if not rows:
        return None
    marks = ("?", "?") if editor.DIALECT == "sqlite" else ("$1", "$2")
    update = f"UPDATE {table} SET {column} = {marks[0]} WHERE id = {marks[1]}"  # noqa: S608
    await editor.client.execute_many(
        update, [[folded(row[name] for name in sources), row["id"]] for row in rows]
    )
    return int(rows[-1]["id"])


async def keep(_apps: Any, _editor: BaseSchemaEditor) -> None:
    """The columns go with their words."""


def _column(model: str, name: str, description: str) -> ops.AddField:
    field = fields.TextField(
        default="", db_default="", description=description, unique=False
    )
    return ops.AddField(model_name=model, name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("models", "0016_order_money")]

    initial = False

    operations = [
        _column("Product", "search", "folded words that it is found by"),
        _column("Vendor", "search", "folded; what shoppers may find it by"),
        _column("Vendor", "search_contact", "folded; what only staff find it by"),
        _column("Checkout", "search", "folded words that its orders are found by"),
        ops.RunPython(fill, keep),
    ]
