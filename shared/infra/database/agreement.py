"""Whether models, migrations and a database agree."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from tortoise.context import TortoiseContext
from tortoise.indexes import Index
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.constraints import CheckConstraint
from tortoise.migrations.schema_generator.state import State

from shared.infra.database import structure
from shared.infra.database.applying import migrate_each
from shared.infra.database.chain import broken_links
from shared.infra.database.executor import never_queried
from shared.infra.database.lifecycle import config, context
from shared.infra.database.migrate import pending
from shared.infra.database.renames import undeclared_renames
from shared.infra.database.schema import SchemaTooNew
from shared.infra.database.states import after
from shared.infra.database.tables import models


class _Detector(MigrationAutodetector):
    """Tortoise's, which looks at no model that the migrations make, only at what it says."""

    async def _project_state(self) -> State:
        return after(self.loader.graph, self._full_plan(), {})


async def check(url: str | None = None) -> list[str]:
    """What differs between models and migrations, in words; with `url` also what that database
    lacks. Empty when all agree.
    """
    lacking = [] if url is None else await _of_database(url)  # first: it may not answer
    problems = broken_links() + undeclared_renames()
    async with context("sqlite://:memory:") as tortoise:
        problems += await _model_changes(tortoise)
    with tempfile.TemporaryDirectory(prefix="markethall-check-") as folder:
        fresh = Path(folder) / "fresh.sqlite3"
        await migrate_each(f"sqlite://{fresh}")
        problems += _missing_constraints(fresh) + _other_structure(fresh)
    return problems + lacking


async def _of_database(url: str) -> list[str]:
    try:
        return [
            f"The database lacks the migration {name}." for name in await pending(url)
        ]
    except SchemaTooNew as newer:
        return [str(newer)]


async def _model_changes(context: TortoiseContext) -> list[str]:
    apps = context.apps
    assert apps is not None
    with never_queried():
        writers = await _Detector(apps, config("sqlite://:memory:")["apps"]).changes()
    return [
        f"The models have changed: {op.describe()}."
        for writer in writers
        for op in writer.operations
    ]


def _missing_constraints(path: Path) -> list[str]:
    """The CHECK constraints and named indexes of the models that the migrations do not create."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        ).fetchall()
    sql = dict(rows)
    problems: list[str] = []
    for model in models():
        table = model._meta.db_table
        checks = [
            c
            for c in getattr(model._meta, "constraints", ()) or ()
            if isinstance(c, CheckConstraint)
        ]
        problems += [
            f"The migrations do not create the check {check.name} on {table}."
            for check in checks
            if f'CONSTRAINT "{check.name}" CHECK ({check.check})'
            not in sql.get(table, "")
        ]
        named = [
            index.name
            for index in model._meta.indexes or ()
            if isinstance(index, Index) and index.name
        ]
        problems += [
            f"The migrations do not create the index {name} on {table}."
            for name in named
            if name not in sql
        ]
    return problems


def _other_structure(path: Path) -> list[str]:
    """Whether the schema in one piece is what the migrations made in this SQLite file.

    Tests look at PostgreSQL's.
    """
    made = structure.current("sqlite") == structure.headed(
        structure.told_by_sqlite(path)
    )
    if made and structure.current("postgres") is not None:
        return []
    return [
        f"The schema in one piece is not what the migrations make. Run: {structure.MADE_BY}"
    ]
