"""What most commands work on: the open database, with a gateway beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.core.settings import Settings
from shared.entrypoints.cli.options import CommandFailed
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.database.migrate import pending
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Context]:
    """Open the database, which must be up to date, and close it again."""
    if await pending(settings.database_url):
        raise CommandFailed(
            "The database is not up to date. Run: python3 run.py migrate"
        )
    gateway = Gateway(settings.stripe)
    await open_database(settings.database_url)
    try:
        yield Context(gateway, settings)
    finally:
        await gateway.close()
        await close_database()
