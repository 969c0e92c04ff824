"""Making a backup, on both engines.

What the file looks like is archive.py's; restore.py puts it back.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC
from pathlib import Path

from shared.core import clock
from shared.infra.database import archive, postgres_copy, postgres_tools
from shared.infra.database.archive import ArchiveManifest, BackupError
from shared.infra.database.direct import applied
from shared.infra.database.schema import sqlite_path

DATABASE = "database.sqlite3"
DUMP = "database.pgdump"
STAND_IN = "stripe-stand-in.sqlite3"
STAMP = "%Y%m%d-%H%M%S"


async def make(
    url: str,
    target: Path,
    *,
    stand_in: Path | None = None,
) -> ArchiveManifest:
    """Copy the database (and the stand-in's file, where there is one) into `target`, in one
    snapshot, while it is used.

    Raises BackupError.
    """
    done = await applied(url)
    if not done:
        raise BackupError(
            "There is no database of Markethall yet, so there is nothing to copy."
        )
    archive.make_room(target)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as name:
        folder = Path(name)
        if url.startswith("sqlite://"):
            manifest = ArchiveManifest("sqlite", "sqlite", _now(), tuple(sorted(done)))
            parts = {DATABASE: copied(sqlite_path(url), folder / DATABASE)}
        else:
            manifest, parts = await _of_postgres(url, folder)
        parts.update(_of_stand_in(stand_in, folder))
        archive.write(target, manifest, parts)
    return manifest


def _of_stand_in(path: Path | None, folder: Path) -> dict[str, Path]:
    return (
        {STAND_IN: copied(path, folder / STAND_IN)}
        if path is not None and path.is_file()
        else {}
    )


async def _of_postgres(
    url: str, folder: Path
) -> tuple[ArchiveManifest, dict[str, Path]]:
    async with postgres_copy.snapshot(url) as found:
        dump = postgres_tools.find("pg_dump", found.version)
        if dump is None:
            return await postgres_copy.copy_out(found, folder, made_at=_now())
        await postgres_tools.dump(dump, url, folder / DUMP, snapshot=found.name)
    manifest = ArchiveManifest(
        "postgres", "pg_dump", _now(), found.migrations, server=found.version
    )
    return manifest, {DUMP: folder / DUMP}


def copied(source: Path, target: Path) -> Path:
    """A consistent copy of a SQLite file that may be in use."""
    with archive.private(target):
        pass
    with (
        closing(sqlite3.connect(source, timeout=30)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy)
    return target


def _now() -> str:
    return clock.now().astimezone(UTC).isoformat(timespec="seconds")
