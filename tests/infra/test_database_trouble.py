"""Which failures of a driver are an outage, and which are a fault of ours."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from tortoise.exceptions import OperationalError
from tortoise.migrations import operations as ops

from shared.infra.database.renames import refused, undeclared_renames
from shared.infra.database.schema import SchemaTooNew, on_disk, refuse_newer
from shared.infra.database.trouble import DatabaseTrouble, TroubleKind, told, trouble_of


def _sqlite(statement: str, path: str = ":memory:") -> sqlite3.Error:
    """What SQLite raises for a statement."""
    with (
        closing(sqlite3.connect(path, uri=True)) as db,
        pytest.raises(sqlite3.Error) as raised,
    ):
        db.execute(statement)
    return raised.value


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionRefusedError(111, "refused"), TroubleKind.AWAY),
        (ConnectionResetError(), TroubleKind.AWAY),
        (FileNotFoundError(2, "no socket"), TroubleKind.AWAY),
        (TimeoutError(), TroubleKind.BUSY),
        (
            asyncpg.CannotConnectNowError("the database system is starting up"),
            TroubleKind.AWAY,
        ),
        (asyncpg.AdminShutdownError("terminating connection"), TroubleKind.AWAY),
        (
            asyncpg.ConnectionDoesNotExistError(
                "connection was closed in the middle of operation"
            ),
            TroubleKind.AWAY,
        ),
        (asyncpg.InterfaceError("connection is closed"), TroubleKind.AWAY),
        (asyncpg.InterfaceError("pool is closing"), TroubleKind.AWAY),
        (asyncpg.InvalidPasswordError("no"), TroubleKind.AWAY),
        (asyncpg.InvalidCatalogNameError("no such database"), TroubleKind.AWAY),
        (
            asyncpg.TooManyConnectionsError("sorry, too many clients already"),
            TroubleKind.BUSY,
        ),
        (asyncpg.DeadlockDetectedError("deadlock"), TroubleKind.BUSY),
        (asyncpg.LockNotAvailableError("lock timeout"), TroubleKind.BUSY),
        (asyncpg.DiskFullError("no space left"), TroubleKind.FULL),
        (asyncpg.ReadOnlySQLTransactionError("cannot execute"), TroubleKind.READ_ONLY),
        (asyncpg.DataCorruptedError("invalid page"), TroubleKind.BROKEN),
        (asyncpg.InterfaceError("the server expects 1 argument, 2 were passed"), None),
        (asyncpg.UndefinedTableError("no such table"), None),
        (asyncpg.UniqueViolationError("twice"), None),
        (ValueError("no active connection"), TroubleKind.AWAY),
        (ValueError("not a number"), None),
        (KeyError("connection closed"), None),
    ],
)
def test_what_is_an_outage(error: Exception, kind: TroubleKind | None) -> None:
    """By itself, and inside what Tortoise makes of it."""
    outer = OperationalError(error)
    behind = RuntimeError("around it")
    behind.__cause__ = error
    for each in (error, outer, behind):
        found = trouble_of(each)
        assert (found.kind if found else None) is kind, repr(each)


def test_what_sqlite_itself_says(tmp_path: Path) -> None:
    """A file that is no database, a folder, a file opened to be read: each its kind.

    Wrong SQL is no outage.
    """
    no_database = tmp_path / "a.sqlite3"
    no_database.write_bytes(
        b"not a database at all, but long enough to be looked at" * 20
    )
    good = tmp_path / "b.sqlite3"
    with closing(sqlite3.connect(good)) as db:
        db.execute("CREATE TABLE a (b)")
    cases = [
        (_sqlite("SELECT * FROM a", f"file:{no_database}"), TroubleKind.BROKEN),
        (
            _sqlite("INSERT INTO a VALUES (1)", f"file:{good}?mode=ro"),
            TroubleKind.READ_ONLY,
        ),
        (_sqlite("SELECT * FROM nowhere"), None),
    ]
    for error, kind in cases:
        found = trouble_of(error)
        assert (found.kind if found else None) is kind, repr(error)
    with pytest.raises(DatabaseTrouble, match="cannot be reached"), told():
        sqlite3.connect(tmp_path)


def test_a_migration_that_this_version_does_not_know_is_named() -> None:
    """All of ours, or only some of them, are fine; one more is refused with its name."""
    refuse_newer(on_disk())
    refuse_newer(on_disk()[:3])
    with pytest.raises(SchemaTooNew, match="9999_from_the_future"):
        refuse_newer([*on_disk(), "9999_from_the_future"])


@pytest.mark.parametrize(
    ("declared", "refused_too"),
    [
        ({}, True),
        ({"Vendor.motto": "other"}, True),
        ({"Vendor.motto": "slogan"}, False),
    ],
)
def test_a_rename_that_nobody_declared_is_refused(
    declared: dict[str, str], refused_too: bool
) -> None:
    """Tortoise pairs a lost field with a new one by itself; a migration names the renames that are
    meant.
    """
    operations = [ops.RenameField("Vendor", "motto", "slogan"), ops.RunSQL("SELECT 1")]
    found = list(refused("0099_words", operations, declared))
    assert bool(found) is refused_too
    if found:
        assert "RENAMES = {'Vendor.motto': 'slogan'}" in found[0]


def test_models_too_and_none_of_ours_is_undeclared() -> None:
    """A renamed model is asked for as well; the migrations of this version stand."""
    assert list(refused("0099", [ops.RenameModel("Motto", "Slogan")], {}))
    assert undeclared_renames() == []
