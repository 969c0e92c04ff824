"""A column that loses the index that its own line asked for: `DropColumnIndex("Order",
"payment_intent_id", "idx_orders_payment_8dcdf4")`.

Tortoise's own AlterField rebuilds a SQLite table without its indexes and checks.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from tortoise.migrations.operations import TortoiseOperation

if TYPE_CHECKING:
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor
    from tortoise.migrations.schema_generator.state import State


class DropColumnIndex(TortoiseOperation):
    """Let a column that was made with `db_index` be without; `index` is what it is called."""

    def __init__(self, model_name: str, name: str, index: str) -> None:
        self.model_name = model_name
        self.name = name
        self.index = index

    def describe(self) -> str:
        return f"Drop the index of {self.name} of {self.model_name}"

    def state_forward(self, app_label: str, state: State) -> None:
        fields = self.get_model_state(state, app_label, self.model_name).fields
        field = copy.copy(fields[self.name])
        field.index = False
        fields[self.name] = field
        state.reload_model(app_label, self.model_name)

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            await state_editor._run_sql(f'DROP INDEX "{self.index}"')

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            table = old_state.models[(app_label, self.model_name)].table
            made = f'CREATE INDEX "{self.index}" ON "{table}" ("{self.name}")'
            await state_editor._run_sql(made)
