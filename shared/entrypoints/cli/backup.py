"""`backup` and `restore`: the whole installation as one file, and back again."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shared.core import clock
from shared.entrypoints.cli.options import CommandFailed
from shared.infra.database import backup as backups
from shared.infra.database.archive import BackupError
from shared.infra.database.migrate import MigrationFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.core.settings import Settings

WHAT_NOW = """
No money moves until somebody has looked. What Stripe did since the backup is missing here:
  1. python3 run.py reconcile --repair   fetches Stripe's events and compares everything
  2. Start the site and sign in as an operator; the first page says what is left and has the button that ends this.
Passwords and API tokens are those of the backup; everyone who was signed in is signed out."""


async def make(settings: Settings, target: Path | None) -> int:
    """Write a backup and say where it is."""
    path = target or folder(settings) / f"markethall-{clock.now():{backups.STAMP}}.zip"
    with _told():
        done = await backups.make(settings.database_url, path, stand_in=stand_in(settings))
    print(f"{path}: {path.stat().st_size / 1024 / 1024:.1f} MiB, {done.engine} by {done.method}, {done.made_at}")
    return 0


async def restore(settings: Settings, source: Path, *, replace: bool, keep_stand_in: bool) -> int:
    """Put a backup back and say what comes next."""
    with _told():
        done = await backups.restore(
            settings.database_url,
            source,
            kept_in=folder(settings),
            replace=replace,
            stand_in=None if keep_stand_in else stand_in(settings),
        )
    print(f"Restored what was there at {done.manifest.made_at}.")
    for path in done.kept:
        print(f"What was there before is in {path}.")
    for name in done.migrated:
        print(f"applied {name}")
    print(WHAT_NOW)
    return 0


def folder(settings: Settings) -> Path:
    """Where backups are written unless something else is said."""
    return settings.data_dir / "backups"


def stand_in(settings: Settings) -> Path | None:
    """The stand-in's file; none with a real key."""
    return settings.data_dir / "stripe-stand-in.sqlite3" if settings.stripe.stand_in else None


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (BackupError, MigrationFailed) as problem:
        raise CommandFailed(str(problem)) from None
    except OSError as problem:
        raise CommandFailed(f"{problem.filename or 'The file'}: {problem.strerror}.") from None
