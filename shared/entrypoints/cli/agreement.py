"""`check-migrations`."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from shared.core.settings import Settings
from shared.entrypoints.cli.options import Options
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.where import installation
from shared.infra.database.agreement import check


async def compare(settings: Settings) -> int:
    """Exit 1 when models, migrations and this database do not agree."""
    problems = await check(settings.database_url)
    for problem in problems:
        print(problem)
    if not problems:
        print("Models, migrations and the database agree.")
    return 1 if problems else 0


@click.command()
@installation
def check_migrations_command(**given: Any) -> int:
    """Compare models, migrations and database.

    Exit 1 when something differs, or the database lacks a migration.
    """
    return asyncio.run(compare(read_settings(Options(**given))))
