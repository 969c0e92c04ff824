"""Our own migration operations: CHECK constraints that really are in the database, and SQL of each
engine's own.

Tortoise records `Meta.constraints` but creates nothing, and its AddConstraint rebuilds a SQLite
table without its indexes. AddChecks alters a PostgreSQL table in place and rebuilds a SQLite table
the way SQLite's own documentation prescribes, from the SQL that the database itself keeps, so that
columns, indexes, triggers and the row counter stay what they were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tortoise.migrations.constraints import CheckConstraint
from tortoise.migrations.operations import TortoiseOperation

if TYPE_CHECKING:
    from tortoise.backends.base.client import BaseDBAsyncClient
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor
    from tortoise.migrations.schema_generator.state import State

_QUOTES = {"'": "'", '"': '"', "`": "`", "[": "]"}


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
            await rebuild_table(state_editor.client, table, lambda body: body + self._clauses())
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
                state_editor.client, table, lambda body: body.replace(self._clauses(), "")
            )
        else:
            for name in self.checks:
                await state_editor._run_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')

    def _clauses(self) -> str:
        return "".join(
            f'\n, CONSTRAINT "{name}" CHECK ({check})' for name, check in self.checks.items()
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
        kept = [c for c in model.options.get("constraints") or () if c.name not in self.checks]
        new = [CheckConstraint(check=after, name=name) for name, (_, after) in self.checks.items()]
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
            await self._replace(
                state_editor, table, {name: (b, a) for name, (a, b) in self.checks.items()}
            )

    async def _replace(
        self, editor: BaseSchemaEditor, table: str, checks: dict[str, tuple[str, str]]
    ) -> None:
        if editor.DIALECT == "sqlite":
            await rebuild_table(editor.client, table, lambda body: _reworded(body, checks))
            return
        for name, (_, after) in checks.items():
            await editor._run_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
            await editor._run_sql(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" CHECK ({after})')


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
            await state_editor._run_sql(f'ALTER TABLE "{table}" DROP COLUMN "{self.name}"')

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


async def rebuild_table(
    client: BaseDBAsyncClient, table: str, change: Callable[[str], str]
) -> None:
    """Rebuild a SQLite table with its column list changed by `change`, keeping rows, indexes,
    triggers and the row counter.

    Raises RuntimeError while foreign keys are enforced: dropping the old table would then touch the
    rows that point at it.
    """
    if (await client.execute_query_dict("PRAGMA foreign_keys"))[0]["foreign_keys"]:
        raise RuntimeError(
            "a SQLite table is rebuilt with foreign keys off; use shared.infra.database.migrate"
        )
    parts = await client.execute_query_dict(
        (
            "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY "
            "type = 'table' DESC, rowid"
        ),
        [table],
    )
    elsewhere = await _triggers_that_name(client, table)
    for trigger in elsewhere:  # SQLite reads them while it renames, and the table is gone then
        await client.execute_query(f'DROP TRIGGER "{trigger["name"]}"')
    counter = await _row_counter(client, table)
    head, body, tail = split_create_table(parts[0]["sql"])
    temporary = f"rebuilt__{table}"
    await client.execute_query(f"{_renamed(head, table, temporary)}{change(body)}{tail}")
    await client.execute_query(f'INSERT INTO "{temporary}" SELECT * FROM "{table}"')
    await client.execute_query(f'DROP TABLE "{table}"')
    await client.execute_query(f'ALTER TABLE "{temporary}" RENAME TO "{table}"')
    if counter is not None:
        await client.execute_query("DELETE FROM sqlite_sequence WHERE name = ?", [table])
        await client.execute_query(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, counter]
        )
    for part in (*parts[1:], *elsewhere):
        await client.execute_query(part["sql"])


async def _triggers_that_name(client: BaseDBAsyncClient, table: str) -> list[dict[str, str]]:
    """Triggers of other tables that look into this one."""
    sql = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name <> ? AND "
        "instr(sql, ?)"
    )
    return list(await client.execute_query_dict(sql, [table, table]))


async def _row_counter(client: BaseDBAsyncClient, table: str) -> int | None:
    if not await client.execute_query_dict(
        "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
    ):
        return None
    rows = await client.execute_query_dict(
        "SELECT seq FROM sqlite_sequence WHERE name = ?", [table]
    )
    return int(rows[0]["seq"]) if rows else None


def _renamed(head: str, table: str, temporary: str) -> str:
    if f'"{table}"' not in head:
        raise RuntimeError(f"cannot find the name of {table} in {head!r}")
    return head.replace(f'"{table}"', f'"{temporary}"', 1)


def split_create_table(sql: str) -> tuple[str, str, str]:
    """A CREATE TABLE statement as (up to the opening bracket, the column list, from its closing
    bracket on).

    Brackets in strings, quoted names and comments do not count.
    """
    depth, start, position = 0, -1, 0
    while position < len(sql):
        char, two = sql[position], sql[position : position + 2]
        if two == "/*":
            position = sql.index("*/", position) + 1
        elif two == "--":
            position = sql.find("\n", position) if "\n" in sql[position:] else len(sql)
        elif char in _QUOTES:
            position = sql.index(
                _QUOTES[char], position + 1
            )  # a doubled quote just opens the next string
        elif char == "(":
            depth += 1
            start = position + 1 if start < 0 else start
        elif char == ")":
            depth -= 1
            if depth == 0:
                return sql[:start], sql[start:position], sql[position:]
        position += 1
    raise ValueError("not a CREATE TABLE statement")
