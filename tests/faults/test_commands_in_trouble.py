"""Commands that cannot go on: a sentence and an exit code, never a traceback, whatever is wrong
with the database.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

import run
from shared.entrypoints.cli.main import main
from shared.entrypoints.cli.options import Composition
from shared.infra.database.schema import sqlite_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTS = Composition(run.compose, run.job_handlers, run.recurring_jobs)
UNKNOWN = "9999_from_the_future"
# what only tells, tells it as a finding, and ends with 1 as it does for others
LOOKS = {"check-migrations": 1, "doctor": 1}
COMMANDS = {
    "serve": ["--no-demo", "--port", "0"],
    "worker": [],
    "migrate": [],
    "check-migrations": [],
    "doctor": [],
    "seed": ["--vendors", "1"],
    "reconcile": ["--repair"],
    "replay": ["evt_1"],
    "ask-again": ["1"],
    "operator": ["boss@example.test"],
}


@pytest.fixture(autouse=True)
def _a_stripe_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """No stand-in is started for a command that ends at its database."""
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_of_somebody")
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", "pk_test_of_somebody")
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")


def _ends(
    command: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> tuple[int, str]:
    code = main([command, "--data-dir", str(folder / "var"), *COMMANDS[command]], PARTS)
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.fixture
def newer(
    request: pytest.FixtureRequest,
    database_url: str,
    engine: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """A database that a newer version has migrated."""
    insert = (
        f"INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', '{UNKNOWN}', "
        "'2027-01-01 00:00:00')"
    )
    monkeypatch.setenv("MARKETHALL_DATABASE_URL", database_url)
    if engine == "sqlite":
        with closing(sqlite3.connect(sqlite_path(database_url))) as db:
            db.execute(insert)
            db.commit()
        yield
        return
    server: Any = request.getfixturevalue("postgres_ready")
    asyncio.run(server.run(server.name, insert))
    yield
    asyncio.run(
        server.run(
            server.name, f"DELETE FROM tortoise_migrations WHERE name = '{UNKNOWN}'"
        )
    )


def test_an_older_version_refuses_the_database_of_a_newer_one(
    newer: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command that opens it, with the name of the migration that it does not know; nothing is
    written.
    """
    for command in COMMANDS:
        code, said = _ends(command, tmp_path, capsys)
        assert code == LOOKS.get(command, 2), (command, said)
        assert UNKNOWN in said, (command, said)
        assert "Traceback" not in said, said


@pytest.mark.parametrize(
    "where", ["postgres://somebody:a-password@127.0.0.1:9/nowhere", "sqlite://{folder}"]
)
def test_a_database_that_cannot_be_reached_is_a_sentence(
    where: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that is not there, and a SQLite address that is a folder; the password of the
    address is not told.
    """
    monkeypatch.setenv("MARKETHALL_DATABASE_URL", where.format(folder=tmp_path))
    for command in COMMANDS:
        code, said = _ends(command, tmp_path, capsys)
        assert code == (1 if command == "doctor" else 3), (command, said)
        assert "cannot be reached" in said, (command, said)
        assert "a-password" not in said
        assert "Traceback" not in said, said
