"""Our own migration operations: CHECK constraints that really are in the database, and SQL of each
engine's own.

Tortoise records `Meta.constraints` but creates nothing, and its AddConstraint rebuilds a SQLite
table without its indexes. AddChecks alters a PostgreSQL table in place and rebuilds a SQLite one
(shared/infra/database/sqlite_rebuild.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.migrations.constraints import CheckConstraint
from tortoise.migrations.operations import TortoiseOperation

from shared.infra.database.sqlite_rebuild import rebuild_table

if TYPE_CHECKING:
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor
    from tortoise.migrations.schema_generator.state import State


class AddChecks(TortoiseOperation):
    """Add named CHECK constraints to a model's table: `AddChecks("Payment",
    ck_payments_total="amount_total > 0")`.
    """

    def __init__(self, model_name: str, **checks: str) -> None:
        self.model_name = model_name
        self.checks = checks

    def describe(self) -> str:
        return f"Add checks to {self.model_name}: {', '.join(self.checks)}"

    def state_forward(self, app_label: str, state: State) -> None:
        model = self.get_model_state(state, app_label, self.model_name)
        known = list(model.options.get("constraints") or ())
        names = {constraint.name for constraint in known}
        added = [
            CheckConstraint(check=check, name=name)
            for name, check in self.checks.items()
            if name not in names
        ]
        if added:  # CreateModel may have recorded them already
            model.options["constraints"] = [*known, *added]
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
            await rebuild_table(
                state_editor.client, table, lambda body: body + self._clauses()
            )
        else:
            for name, check in self.checks.items():
                await state_editor._run_sql(
                    f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" CHECK ({check})'
                )

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is None:
            return
        table = old_state.models[(app_label, self.model_name)].table
        if state_editor.DIALECT == "sqlite":
            await rebuild_table(
                state_editor.client,
                table,
                lambda body: body.replace(self._clauses(), ""),
            )
        else:
            for name in self.checks:
                await state_editor._run_sql(
                    f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"'
                )

    def _clauses(self) -> str:
        return "".join(
            f'\n, CONSTRAINT "{name}" CHECK ({check})'
            for name, check in self.checks.items()
        )


class ReplaceChecks(TortoiseOperation):
    """Say named CHECK constraints of a model's table anew: `ReplaceChecks("LedgerEntry",
    ck_x=(before, after))`.
    """

    def __init__(
        self,
        model_name: str,
        **checks: tuple[str, str],
    ) -> None:
        self.model_name = model_name
        self.checks = checks

    def describe(self) -> str:
        return f"Replace checks of {self.model_name}: {', '.join(self.checks)}"

    def state_forward(self, app_label: str, state: State) -> None:
        model = self.get_model_state(state, app_label, self.model_name)
        kept = [
            c
            for c in model.options.get("constraints") or ()
            if c.name not in self.checks
        ]
        new = [
            CheckConstraint(check=after, name=name)
            for name, (_, after) in self.checks.items()
        ]
        model.options["constraints"] = [*kept, *new]
        state.reload_model(app_label, self.model_name)

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            table = new_state.models[(app_label, self.model_name)].table
            await self._replace(state_editor, table, self.checks)

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            table = old_state.models[(app_label, self.model_name)].table
            backwards = {}
            for name, (was, now) in self.checks.items():
                backwards[name] = (now, was)
            await self._replace(state_editor, table, backwards)

    async def _replace(
        self,
        editor: BaseSchemaEditor,
        table: str,
        checks: dict[str, tuple[str, str]],
    ) -> None:
        if editor.DIALECT == "sqlite":
            await rebuild_table(
                editor.client, table, lambda body: _reworded(body, checks)
            )
            return
        for name, (_, after) in checks.items():
            await editor._run_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
            await editor._run_sql(
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" CHECK ({after})'
            )


def _reworded(
    body: str,
    checks: dict[str, tuple[str, str]],
) -> str:
    for name, (before, after) in checks.items():
        old = f'CONSTRAINT "{name}" CHECK ({before})'
        if old not in body:
            raise RuntimeError(f"the check {name} does not read as expected")
        body = body.replace(old, f'CONSTRAINT "{name}" CHECK ({after})')
    return body


class DropField(TortoiseOperation):
    """Remove a column that no index and no check names: `DropField("Vendor", "motto")`.

    SQLite alters the table in place too.
    """

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def describe(self) -> str:
        return f"Drop field {self.name} of {self.model_name}"

    def state_forward(self, app_label: str, state: State) -> None:
        del self.get_model_state(state, app_label, self.model_name).fields[self.name]
        state.reload_model(app_label, self.model_name)

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            table = old_state.models[(app_label, self.model_name)].table
            await state_editor._run_sql(
                f'ALTER TABLE "{table}" DROP COLUMN "{self.name}"'
            )

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            model = new_state.apps.get_model(f"{app_label}.{self.model_name}")
            await state_editor.add_field(model, self.name)


class RunOn(TortoiseOperation):
    """SQL of each engine's own, for what both know under different words: `RunOn(sqlite=(do, undo),
    postgres=(do, undo))`.
    """

    def __init__(
        self,
        *,
        sqlite: tuple[str, str],
        postgres: tuple[str, str],
    ) -> None:
        self.scripts = {"sqlite": sqlite, "postgres": postgres}

    def describe(self) -> str:
        return "Run SQL of the engine's own"

    def state_forward(self, app_label: str, state: State) -> None:
        """Models do not show what it makes."""

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            await state_editor._run_sql(self.scripts[_engine(state_editor)][0])

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            await state_editor._run_sql(self.scripts[_engine(state_editor)][1])


def _engine(editor: BaseSchemaEditor) -> str:
    return "sqlite" if editor.DIALECT == "sqlite" else "postgres"
