"""`migrate`."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from shared.core.settings import Settings
from shared.entrypoints.cli.options import CommandFailed, Options
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.where import installation
from shared.infra.database import migrate as migrations


async def bring_up_to_date(settings: Settings) -> int:
    """Apply what is missing and say what that was."""
    try:
        applied = await migrations.migrate(
            settings.database_url, copies=settings.data_dir / "backups"
        )
    except migrations.MigrationFailed as problem:
        raise CommandFailed(str(problem)) from None
    for name in applied:
        print(f"applied {name}")
    if not applied:
        print("The database is up to date.")
    return 0


@click.command()
@installation
def migrate_command(**given: Any) -> int:
    """Bring the database up to date.

    A database that holds data is copied first.
    """
    return asyncio.run(bring_up_to_date(read_settings(Options(**given))))
