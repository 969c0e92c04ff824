"""Running migrations: Tortoise's executor, with three of its habits mended.

It cuts SQLite's statements at every semicolon, even one in a column's comment; ours are cut where
SQLite would. It makes a SQLite table anew to take a column away, and forgets its indexes. And it
takes thirty times as long as it needs: measured in docs/decisions/0015-new-databases.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from tortoise import models
from tortoise.exceptions import OperationalError
from tortoise.migrations import operations as ops
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor import SqliteSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from shared.infra.database.operations import AddChecks, ReplaceChecks, RunOn
from shared.infra.database.states import after

if TYPE_CHECKING:
    from tortoise import Model
    from tortoise.fields.base import Field
    from tortoise.migrations.executor import PlanStep
    from tortoise.migrations.graph import MigrationKey
    from tortoise.migrations.migration import Migration
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor
    from tortoise.migrations.schema_generator.state import State


def statements(script: str) -> Iterator[str]:
    """The statements of an SQL script; a semicolon in a string or a comment ends none."""
    current = ""
    for piece in script.split(";"):
        current += piece + ";"
        if not current.strip(" \n;"):
            current = ""
        elif sqlite3.complete_statement(current):
            yield current
            current = ""
    if current.strip(" \n;"):
        yield current.rstrip().removesuffix(";")


class _SqliteEditor(SqliteSchemaEditor):
    async def _run_sql(self, sql: str) -> None:
        if self.collect_sql or not self.atomic_migration:
            await super()._run_sql(sql)
            return
        for statement in statements(sql):
            await self.client.execute_query(statement)

    async def remove_field(
        self,
        model: type[Model],
        field: Field[Any],
    ) -> None:
        """In place where SQLite can, as in undoing an AddField: Tortoise makes the table anew, and
        its indexes are gone.
        """
        column = field.source_field or field.model_field_name
        try:
            await self.client.execute_query(
                f'ALTER TABLE "{model._meta.db_table}" DROP COLUMN "{column}"'
            )
        except (
            OperationalError
        ):  # a relation, or a column that an index or a check names
            await super().remove_field(model, field)


# What an operation of these kinds does going forward, it reads off the new state alone.
_LOOKS_FORWARD = (
    ops.CreateModel,
    ops.AddField,
    ops.AddIndex,
    ops.RunSQL,
    AddChecks,
    ReplaceChecks,
    RunOn,
)


async def _apply(
    migration: Migration, state: State, *, schema_editor: BaseSchemaEditor, **_: bool
) -> State:
    """Apply a migration without copying the whole state before each operation, as Tortoise's own
    way does.
    """
    for operation in migration.operations:
        old_state = state if isinstance(operation, _LOOKS_FORWARD) else state.clone()
        operation.state_forward(migration.app_label, state)
        await migration._run_database_forward(
            operation, old_state, state, schema_editor, supports_transactions=True
        )
    state.validate_relations_initialized()
    return state


@contextmanager
def never_queried() -> Iterator[None]:
    """Models that are made meanwhile are for migrations alone: they get neither filters nor
    queries.

    Each operation makes most models of the state anew, and preparing them for queries is most of a
    migration's time. Models of the application must have been imported before.
    """
    library: Any = models
    apps: Any = StateApps
    filters, prepare = library.get_filters_for_field, apps._build_initial_querysets
    library.get_filters_for_field = lambda **_field: {}
    apps._build_initial_querysets = lambda _apps: None
    try:
        yield
    finally:
        library.get_filters_for_field = filters
        apps._build_initial_querysets = prepare


class Executor(MigrationExecutor):
    """Tortoise's executor with a SQLite editor that understands comments, and in less time."""

    async def migrate(self, *args: Any, **kwargs: Any) -> None:
        """Bring the database to the targets; by default to the newest migration."""
        with never_queried():
            await super().migrate(*args, **kwargs)

    def _migration_plan(
        self,
        *args: Any,
        **kwargs: Any,
    ) -> list[PlanStep]:
        steps = super()._migration_plan(*args, **kwargs)
        for step in steps:
            if not step.backward:
                step.migration.apply = partial(_apply, step.migration)  # type: ignore[method-assign]
        return steps

    async def _project_state(
        self, applied: set[MigrationKey], *, upto: MigrationKey | None = None
    ) -> State:
        plan = [key for key in self._full_plan() if key in applied]
        if upto in plan:
            plan = plan[: plan.index(upto)]
        connections = {
            label: config.get("default_connection", "default")
            for label, config in self.loader.apps_config.items()
        }
        return after(self.loader.graph, plan, connections)

    def _schema_editor(
        self, atomic: bool = True, collect_sql: bool = False
    ) -> BaseSchemaEditor:
        if self.connection.capabilities.dialect == "sqlite":
            return _SqliteEditor(
                self.connection, atomic=atomic, collect_sql=collect_sql
            )
        return super()._schema_editor(atomic=atomic, collect_sql=collect_sql)
