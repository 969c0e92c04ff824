"""Opening and closing the database, and where its tables are declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tortoise import Tortoise
from tortoise.connection import get_connection

MODEL_MODULES = [
    f"shared.{name}.models"
    for name in (
        "people",
        "people.factors",
        "payment_methods",
        "vendors",
        "vat",
        "catalogue",
        "baskets",
        "fees",
        "marketplace",
        "orders",
        "ledger",
        "references",
        "payments",
        "clawback",
        "refunds",
        "disputes",
        "payouts",
        "reporting",
        "statements",
        "webhooks",
        "restoring",
        "jobs",
        "mail",
        "audit",
    )
]


def config(url: str) -> dict[str, Any]:
    """Tortoise's configuration for a database address; one app label, one linear migration history."""
    return {
        "connections": {"default": url},
        "apps": {
            "models": {
                "models": MODEL_MODULES,
                "default_connection": "default",
                "migrations": "shared.database.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def open_database(url: str) -> None:
    """Connect this process (with global fallback: Quart's lifespan and request contexts differ). Makes SQLite's folder."""
    if url.startswith("sqlite://"):
        path = Path(urlsplit(url).path if url.startswith("sqlite:///") else url.removeprefix("sqlite://"))
        path.parent.mkdir(parents=True, exist_ok=True)
    await Tortoise.init(config=config(url), _enable_global_fallback=True)
    connection = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
            await connection.execute_query(f"PRAGMA {pragma}")


async def close_database() -> None:
    """Give every connection back."""
    await Tortoise.close_connections()
