"""A column that stops being unique: `DropUnique("Payment", "stripe_payment_intent_id")`.

Tortoise's own AlterField rebuilds a SQLite table without its indexes and checks.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from tortoise.migrations.operations import TortoiseOperation

from shared.infra.database.sqlite_rebuild import rebuild_table

if TYPE_CHECKING:
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor
    from tortoise.migrations.schema_generator.state import State


class DropUnique(TortoiseOperation):
    """Let a column that was made UNIQUE take the same value twice.

    Forward alone: by then it may hold what was refused before.
    """

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def describe(self) -> str:
        return f"Drop uniqueness of {self.name} of {self.model_name}"

    def state_forward(self, app_label: str, state: State) -> None:
        fields = self.get_model_state(state, app_label, self.model_name).fields
        field = copy.copy(fields[self.name])
        field.unique = field.index = False
        fields[self.name] = field
        state.reload_model(app_label, self.model_name)

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is None:
            return
        table = new_state.models[(app_label, self.model_name)].table
        if state_editor.DIALECT == "sqlite":
            await rebuild_table(state_editor.client, table, self._without)
            return
        name = f"{table}_{self.name}_key"  # as PostgreSQL names what a column says
        await state_editor._run_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        """Leave it: two rows may have the same by now."""

    def _without(self, body: str) -> str:
        lines = body.split("\n")
        mine = [n for n, line in enumerate(lines) if f'"{self.name}"' in line]
        if len(mine) != 1 or " UNIQUE" not in lines[mine[0]]:
            raise RuntimeError(f"{self.name} does not read as expected")
        lines[mine[0]] = lines[mine[0]].replace(" UNIQUE", "", 1)
        return "\n".join(lines)
