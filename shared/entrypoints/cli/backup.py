"""`backup` and `restore`: the whole installation as one file, and back again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from shared.core import clock
from shared.core.settings import Settings
from shared.entrypoints.cli.options import CommandFailed, Options
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.where import installation
from shared.infra.database import backup as backups
from shared.infra.database import restore as restoring
from shared.infra.database.archive import BackupError
from shared.infra.database.migrate import MigrationFailed

WHAT_NOW = """
No money moves until somebody has looked. What Stripe did since the backup is missing here:
  1. python3 run.py reconcile --repair   fetches Stripe's events and compares everything
  2. Start the site and sign in as an operator; the first page says what is left
     and has the button that ends this.
Passwords and API tokens are those of the backup; everyone who was signed in is signed out."""


async def make(settings: Settings, target: Path | None) -> int:
    """Write a backup and say where it is."""
    path = target or folder(settings) / f"markethall-{clock.now():{backups.STAMP}}.zip"
    with _told():
        done = await backups.make(
            settings.database_url, path, stand_in=stand_in(settings)
        )
    print(
        f"{path}: {path.stat().st_size / 1024 / 1024:.1f} MiB, {done.engine} by "
        f"{done.method}, {done.made_at}"
    )
    return 0


async def restore(
    settings: Settings,
    source: Path,
    *,
    replace: bool,
    keep_stand_in: bool,
) -> int:
    """Put a backup back and say what comes next."""
    with _told():
        done = await restoring.restore(
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
    return (
        settings.data_dir / "stripe-stand-in.sqlite3"
        if settings.stripe.stand_in
        else None
    )


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (BackupError, MigrationFailed) as problem:
        raise CommandFailed(str(problem)) from None
    except OSError as problem:
        raise CommandFailed(
            f"{problem.filename or 'The file'}: {problem.strerror}."
        ) from None


@click.command()
@installation
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it.  [default: <data-dir>/backups/markethall-<time>.zip]",
    show_default=False,
)
def backup_command(target: Path | None, **given: Any) -> int:
    """Copy the whole installation into one file.

    In one snapshot, while the site runs. With the stand-in, its file is copied as well.
    """
    return asyncio.run(make(read_settings(Options(**given)), target))


@click.command()
@click.argument(
    "file",
    type=click.Path(
        exists=True,
        dir_okay=False,
        path_type=Path,
    ),
    metavar="FILE",
)
@installation
@click.option(
    "--replace", is_flag=True, help="Replace what is there; it is kept as a file."
)
@click.option(
    "--keep-stand-in",
    is_flag=True,
    help="Leave the stand-in's file as it is, as Stripe itself would be.",
)
def restore_command(
    file: Path,
    replace: bool,
    keep_stand_in: bool,
    **given: Any,
) -> int:
    """Put a backup back.

    The site must be stopped. An older backup is migrated. Afterwards no money moves until an
    operator has said that all is known again.
    """
    settings = read_settings(Options(**given))
    return asyncio.run(
        restore(settings, file, replace=replace, keep_stand_in=keep_stand_in)
    )
