"""Migrations on both databases: of a new one, of one that is there, by two processes at once."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from tortoise.migrations.schema_generator.state import ModelState

from shared.finance.connect.models import VendorPaymentConfig
from shared.infra.database import migrate as migrations
from shared.infra.database import structure
from shared.infra.database.agreement import check
from shared.infra.database.applying import migrate_each
from shared.infra.database.direct import applied
from shared.infra.database.executor import statements
from shared.infra.database.lifecycle import config
from shared.infra.database.lifecycle import context as opened
from shared.infra.database.migrate import migrate, pending
from shared.infra.database.schema import on_disk
from shared.infra.database.sqlite_rebuild import split_create_table
from shared.infra.database.states import LazyState
from shared.trade.vendors.models import Vendor
from tests.support.database import Postgres
from tests.support.dumps import dump
from tests.support.factories import (
    insert_one_of_each,
)
from tests.support.structure import conditions, dumped, told_by_postgres

MIGRATIONS = Path(migrations.__file__).parent / "migrations"


async def test_models_and_migrations_agree() -> None:
    """`run.py check-migrations` finds nothing: no unwritten migration, every check and index really
    created.
    """
    assert await check() == []


@pytest.mark.sqlite_only
async def test_an_empty_sqlite_file_gets_what_the_migrations_make(
    tmp_path: Path, sqlite_file: Path
) -> None:
    """Statement for statement, with every migration on record; `check` holds the same file to the
    migrations.
    """
    assert structure.headed(structure.told_by_sqlite(sqlite_file)) == structure.current(
        "sqlite"
    )
    assert await applied(f"sqlite://{sqlite_file}") == set(on_disk())
    assert structure.lay_sqlite(sqlite_file) is False  # there is something in it


@pytest.mark.postgres_only
async def test_an_empty_postgresql_database_gets_what_the_migrations_make(
    postgres_ready: Postgres,
) -> None:
    """pg_dump tells both databases alike, and no migration fills a row that one of the two would
    lack.
    """
    each = await postgres_ready.create("by_migrations")
    await migrate_each(each)
    told = [
        dumped(postgres_ready, name, "--exclude-table-data=tortoise_migrations")
        for name in ("by_migrations", "migrated")
    ]
    assert told[0] == told[1]
    assert "\nINSERT INTO" not in told[0]
    made = told_by_postgres(
        postgres_ready,
        "by_migrations",
        conditions(structure.file("sqlite").read_text()),
    )
    assert structure.headed(made) == structure.current("postgres")
    assert await applied(postgres_ready.url("migrated")) == set(on_disk())


async def test_an_empty_database_gets_all_or_nothing(
    engine: str,
    tmp_path: Path,
    postgres_ready: Postgres,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is cut off in the middle leaves nothing; a schema that lacks the newest migration is not
    used.
    """
    url = (
        f"sqlite://{tmp_path}/a.sqlite3"
        if engine == "sqlite"
        else await postgres_ready.create("half_made")
    )
    script = structure.current(engine)
    assert script is not None
    monkeypatch.setattr(structure, "current", lambda _: script[: len(script) // 2])
    with pytest.raises((sqlite3.Error, asyncpg.PostgresError)):
        await migrate(url)
    assert await applied(url) == set()
    monkeypatch.undo()
    assert await migrate(url) == on_disk()
    monkeypatch.setattr(structure, "on_disk", lambda: [*on_disk(), "9999_later"])
    assert structure.current(engine) is None


async def test_a_second_migrate_has_nothing_to_do(database_url: str) -> None:
    """It answers without loading a migration."""
    assert await pending(database_url) == []
    assert await migrate(database_url) == []


async def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    """One applies, the other waits and finds nothing left."""
    url = f"sqlite://{tmp_path}/a.sqlite3"
    results = await asyncio.gather(
        *(asyncio.to_thread(migrations.migrate_now, url) for _ in range(2))
    )
    assert sorted(results) == [[], on_disk()]


def test_a_model_that_points_at_none_is_told() -> None:
    """A migration that leaves a relation without its target is an error of that migration."""
    target = ModelState.make_from_model("models", Vendor)
    pointing = ModelState.make_from_model("models", VendorPaymentConfig)
    state = LazyState.of(
        {("models", each.name): each for each in (target, pointing)}, {}
    )
    state.validate_relations_initialized()
    del state.models["models", "Vendor"]
    with pytest.raises(RuntimeError, match=r"VendorPaymentConfig.*Vendor"):
        state.validate_relations_initialized()


async def test_a_sqlite_file_with_data_is_copied_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy opens and holds the rows; a failed migration leaves the original as it was."""
    url = f"sqlite://{tmp_path}/a.sqlite3"
    await migrate(url)
    monkeypatch.setattr(migrations, "on_disk", lambda: ["0001_initial", "9999_missing"])
    await migrate(url)
    copies = list(tmp_path.glob("a.before-migration-*.sqlite3"))
    assert len(copies) == 1
    assert dump(copies[0])["schema"] == dump(tmp_path / "a.sqlite3")["schema"]


async def test_an_upgraded_database_equals_a_fresh_one(tmp_path: Path) -> None:
    """Migrating step by step with rows in the tables ends in the schema that a fresh database
    gets.
    """
    fresh, stepwise = tmp_path / "fresh.sqlite3", tmp_path / "step.sqlite3"
    await migrate(f"sqlite://{fresh}")
    from shared.infra.database.executor import Executor

    async with opened(f"sqlite://{stepwise}") as context:
        await context.db().execute_query("PRAGMA foreign_keys=OFF")
        from tortoise.migrations.executor import MigrationTarget

        first = on_disk()[0]
        await Executor(context.db(), config("sqlite://")["apps"]).migrate(
            [MigrationTarget("models", first)]
        )
    rows = insert_one_of_each(stepwise)
    await migrate(f"sqlite://{stepwise}")
    assert dump(fresh)["schema"] == dump(stepwise)["schema"]
    with closing(sqlite3.connect(stepwise)) as db:
        for table, count in rows.items():
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == count, (
                table
            )
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_no_migration_uses_the_operations_that_lose_indexes_on_sqlite() -> None:
    """AddConstraint, AlterField and RemoveField rebuild SQLite tables without their indexes: use
    shared.infra.database.operations.
    """
    for path in MIGRATIONS.glob("[0-9]*.py"):
        text = path.read_text()
        for name in (
            "ops.AddConstraint",
            "ops.AlterField",
            "ops.RemoveField",
            "ops.RemoveConstraint",
        ):
            assert name not in text, f"{path.name} uses {name}"


def test_statements_end_only_where_sqlite_would_end_them() -> None:
    """A semicolon in a comment or a string ends nothing."""
    script = "CREATE TABLE a (b TEXT /* one; two */);\nINSERT INTO a VALUES (';');"
    assert [s.strip() for s in statements(script)] == [
        "CREATE TABLE a (b TEXT /* one; two */);",
        "INSERT INTO a VALUES (';');",
    ]


def test_brackets_in_comments_and_strings_do_not_end_the_column_list() -> None:
    """The column list ends at its own bracket."""
    sql = "CREATE TABLE \"a(\" (b TEXT /* ) */ DEFAULT ')', -- )\n c INT CHECK (c > 0)) STRICT"
    head, body, tail = split_create_table(sql)
    assert head + body + tail == sql
    assert (head, tail) == ('CREATE TABLE "a(" (', ") STRICT")
