"""A migration's operation that lets a column be null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.migrations.operations import AlterField

from shared.infra.database.sqlite_rebuild import rebuild_table

if TYPE_CHECKING:
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor
    from tortoise.migrations.schema_generator.state import State


class AllowNull(AlterField):
    """Let a column be null: `AllowNull("Token", "vendor", column="vendor_id", field=…)`.

    SQLite rebuilds the table, which keeps indexes, checks and triggers.
    """

    def __init__(
        self,
        model_name: str,
        name: str,
        *,
        column: str,
        field: Any,
    ) -> None:
        super().__init__(model_name, name, field)
        self.column = column

    def describe(self) -> str:
        return f"Let {self.column} of {self.model_name} be null"

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        await self._run(
            new_state.models[(app_label, self.model_name)].table, state_editor
        )

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        table = old_state.models[(app_label, self.model_name)].table
        await self._run(table, state_editor, may_be_null=False)

    async def _run(
        self,
        table: str,
        editor: BaseSchemaEditor | None,
        *,
        may_be_null: bool = True,
    ) -> None:
        if editor is None:
            return
        strict, lax = (f'"{self.column}" BIGINT{end}' for end in (" NOT NULL", ""))
        before, after = (strict, lax) if may_be_null else (lax, strict)
        if editor.DIALECT == "sqlite":
            await rebuild_table(
                editor.client, table, lambda body: body.replace(before, after, 1)
            )
            return
        does = "DROP" if may_be_null else "SET"
        await editor._run_sql(
            f'ALTER TABLE "{table}" ALTER COLUMN "{self.column}" {does} NOT NULL'
        )
