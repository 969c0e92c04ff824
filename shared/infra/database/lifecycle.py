"""Opening and closing the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tortoise import Tortoise
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext

from shared.core.domains import model_modules
from shared.infra.database.trouble import told

# Of asyncpg: seconds until a connection stands, and until one statement has answered. Of the
# server: what a lock may take.
DEFAULTS = {"timeout": 5, "command_timeout": 60}
SERVER = {"lock_timeout": "10s"}


def config(url: str) -> dict[str, Any]:
    """Tortoise's configuration for a database address; one app label, one linear migration
    history.
    """
    return {
        "connections": {"default": url},
        "apps": {
            "models": {
                "models": model_modules(),
                "default_connection": "default",
                "migrations": "shared.infra.database.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def connection(url: str) -> dict[str, Any]:
    """How the application connects: by our own clients, which end their waits and tell an outage as
    DatabaseTrouble.
    """
    found = dict(expand_db_url(url))
    if url.startswith("sqlite://"):
        return {**found, "engine": "shared.infra.database.sqlite"}
    given = dict(found["credentials"])
    given["server_settings"] = {**SERVER, **given.get("server_settings", {})}
    return {
        "engine": "shared.infra.database.postgres",
        "credentials": {**DEFAULTS, **given},
    }


@asynccontextmanager
async def context(url: str) -> AsyncIterator[TortoiseContext]:
    """A Tortoise context of its own, beside the application's."""
    async with TortoiseContext() as context:
        await context.init(config=config(url))
        yield context


async def open_database(url: str) -> None:
    """Connect this process (with global fallback: Quart's lifespan and request contexts differ).

    Makes SQLite's folder.

    Raises DatabaseTrouble when the database does not answer; then nothing is open.
    """
    if url.startswith("sqlite://"):
        path = Path(
            urlsplit(url).path
            if url.startswith("sqlite:///")
            else url.removeprefix("sqlite://")
        )
        with told():
            path.parent.mkdir(parents=True, exist_ok=True)
    configuration = {**config(url), "connections": {"default": connection(url)}}
    await Tortoise.init(config=configuration, _enable_global_fallback=True)
    try:
        await get_connection("default").execute_query("SELECT 1")
    except BaseException:
        await close_database()
        raise


async def close_database() -> None:
    """Give every connection back."""
    await Tortoise.close_connections()
