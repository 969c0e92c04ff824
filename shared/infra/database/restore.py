"""Putting a backup back, on both engines.

A backup is restored whole or not at all: SQLite's file is made beside its place and renamed,
PostgreSQL's tables are put back in one transaction. With the data, in the same step, the database
learns that it was restored (shared/infra/restoring).
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra.database import archive, postgres_copy, postgres_tools
from shared.infra.database.archive import ArchiveManifest, BackupError
from shared.infra.database.backup import DATABASE, DUMP, STAMP, STAND_IN, copied, make
from shared.infra.database.direct import applied
from shared.infra.database.migrate import migrate
from shared.infra.database.schema import on_disk, sqlite_path

# Ids that were given since the backup stand in Stripe's metadata and in mails: they are never given
# again.
_GAP = 1_000_000
_SQLITE_GAP = (
    """INSERT INTO sqlite_sequence (name, seq) SELECT name, 0 FROM sqlite_master
    WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)""",
    f"UPDATE sqlite_sequence SET seq = seq + {_GAP}",  # noqa: S608
)
_POSTGRES_GAP = (
    f"""SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, coalesce(last_value, 0) + {_GAP})
    FROM pg_sequences WHERE schemaname = current_schema()""",  # noqa: S608
)


@frozen
class Restored:
    """What a restore did.

    `kept`: where what was there before is now; `migrated`: what was applied to the older backup.
    """

    manifest: ArchiveManifest
    kept: tuple[Path, ...]
    migrated: tuple[str, ...]


async def restore(
    url: str,
    source: Path,
    *,
    kept_in: Path,
    replace: bool = False,
    stand_in: Path | None = None,
) -> Restored:
    """Put a backup back; with `stand_in` also the stand-in's file, where the backup has one.

    What is there is only given up with `replace`, and is kept as a file. Raises BackupError, having
    changed nothing.
    """
    manifest = archive.read(source)
    engine = "sqlite" if url.startswith("sqlite://") else "postgres"
    if manifest.engine != engine:
        names = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
        raise BackupError(
            f"This backup is of {names[manifest.engine]}, the database is {names[engine]}. "
            "Nothing was changed."
        )
    if newer := set(manifest.migrations) - set(on_disk()):
        raise BackupError(
            f"This backup was made by a newer version (it has {max(newer)}). Install that "
            "version first. Nothing was changed."
        )
    there = bool(await applied(url))
    if there and not replace:
        raise BackupError(
            "The database is not empty. With --replace what is there is kept as a file and "
            "replaced."
        )
    if engine == "sqlite":
        kept = await _put_sqlite(sqlite_path(url), source, manifest)
    else:
        kept = await _put_postgres(url, source, manifest, kept_in if there else None)
    if stand_in is not None and STAND_IN in manifest.files:
        kept += _put_file(stand_in, _taken_out(source, STAND_IN, stand_in))
    return Restored(manifest, kept, tuple(await migrate(url, copies=kept_in)))


async def _put_sqlite(
    path: Path,
    source: Path,
    manifest: ArchiveManifest,
) -> tuple[Path, ...]:
    draft = _taken_out(source, DATABASE, path)
    try:
        with closing(sqlite3.connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupError(
                    "The database in this backup is damaged. Nothing was changed."
                )
            for statement in _marks(manifest, source):
                connection.execute(statement)
            connection.commit()
        return _put_file(path, draft)
    finally:
        draft.unlink(missing_ok=True)


async def _put_postgres(
    url: str,
    source: Path,
    manifest: ArchiveManifest,
    kept_in: Path | None,
) -> tuple[Path, ...]:
    if others := await postgres_copy.others(url):
        raise BackupError(
            f"{others} other connections use the database. Stop every process of the site first."
        )
    programs = _programs(manifest)
    kept: tuple[Path, ...] = ()
    if kept_in is not None:
        kept = (
            _free(kept_in / f"markethall.before-restore-{clock.now():{STAMP}}.zip"),
        )
        await make(url, kept[0])
    with tempfile.TemporaryDirectory(prefix="markethall-restore-") as name:
        folder = Path(name)
        for part in manifest.files:
            if part != STAND_IN:
                archive.take_out(source, part, folder / Path(part).name)
        marks = _marks(manifest, source)
        if programs is None:
            await postgres_copy.copy_in(url, folder, manifest, marks)
        else:
            before = await postgres_copy.drops(url)
            await postgres_tools.restore(
                programs,
                url,
                folder / DUMP,
                before=before,
                after=marks,
            )
    return kept


def _programs(manifest: ArchiveManifest) -> tuple[str, str] | None:
    """What puts a backup by pg_dump back. Raises BackupError where it is missing."""
    if manifest.method != "pg_dump":
        return None
    pg_restore, psql = (
        postgres_tools.find(name, manifest.server) for name in ("pg_restore", "psql")
    )
    if pg_restore is None or psql is None:
        raise BackupError(
            f"This backup was made by pg_dump {manifest.server}. Install pg_restore and psql "
            "of that version first."
        )
    return pg_restore, psql


def _marks(manifest: ArchiveManifest, source: Path) -> list[str]:
    """What a restored database is told: that it was; nobody is signed in any more; no id is given a
    second time.
    """
    now = f"{clock.now().astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00:00"
    made_at = f"{datetime.fromisoformat(manifest.made_at):%Y-%m-%d %H:%M:%S.%f}+00:00"
    name = source.name[:255].replace("'", "''")
    gap = _SQLITE_GAP if manifest.engine == "sqlite" else _POSTGRES_GAP
    columns = "created_at, updated_at, backup_made_at, source"
    made = f"'{now}', '{now}', '{made_at}', '{name}'"
    return [
        f"INSERT INTO restorations ({columns}) VALUES ({made})",  # noqa: S608
        f"UPDATE sessions SET revoked_at = '{now}' WHERE revoked_at IS NULL",  # noqa: S608
        *gap,
    ]


def _taken_out(source: Path, part: str, beside: Path) -> Path:
    """A part of a backup as a file in the folder where it will stand."""
    beside.parent.mkdir(parents=True, exist_ok=True)
    draft = beside.with_name(f".{beside.name}.restoring-{os.getpid()}")
    draft.unlink(missing_ok=True)
    archive.take_out(source, part, draft)
    return draft


def _put_file(path: Path, draft: Path) -> tuple[Path, ...]:
    """Put `draft` in the place of a SQLite file; what was there is kept beside it under another
    name.
    """
    kept: tuple[Path, ...] = ()
    if path.exists():
        _unused(path)
        kept = (
            _free(
                path.with_name(
                    f"{path.stem}.before-restore-{clock.now():{STAMP}}{path.suffix}"
                )
            ),
        )
        copied(path, kept[0])
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    draft.replace(path)
    return kept


def _unused(path: Path) -> None:
    """Refuse while another process has the file open in a way that SQLite can tell."""
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
            if connection.execute("PRAGMA journal_mode=DELETE").fetchone() != (
                "delete",
            ):
                raise sqlite3.OperationalError("database is locked")
        except sqlite3.OperationalError:
            raise BackupError(
                f"{path.name} is in use. Stop every process of the site first."
            ) from None


def _free(path: Path) -> Path:
    """The path, or one with a number behind it that is free."""
    free, number = path, 2
    while free.exists():
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return free
