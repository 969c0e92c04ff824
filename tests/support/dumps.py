"""What a SQLite file holds, as data that two can be compared by."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from shared.trade.vendors.models import Vendor


def dump(path: Path) -> dict[str, Any]:
    """Its schema, its baskets with their counter, and which table vendors have."""
    with closing(sqlite3.connect(path)) as db:
        schema = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'tortoise%' ORDER BY name"
        ).fetchall()
        return {
            "schema": schema,
            "baskets": db.execute("SELECT * FROM baskets").fetchall(),
            "counter": db.execute(
                "SELECT * FROM sqlite_sequence WHERE name = 'baskets'"
            ).fetchall(),
            "vendors": Vendor._meta.db_table,
        }
