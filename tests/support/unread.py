"""Nobody reads what the transaction still keeps to itself: a reader who must see it asks for it
with `unit.flush()`.

A row that is collected (shared/infra/unit/collected.py) is in no table yet. Whoever reads that
table in the same transaction would miss it, and nothing would tell; so in tests such a reading
fails.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.sqlite.client import SqliteClient

from shared.infra import unit
from shared.infra.database.sqlite import _Asks

READS = ("execute_query", "execute_query_dict")
# The classes whose own methods send statements: ours and Tortoise's.
CLIENTS = (_Asks, SqliteClient, AsyncpgDBClient)


class ReadTooEarly(AssertionError):
    """A table was read while rows of it were still collected."""


def watch() -> None:
    """Let every reading of this process look first; twice is once."""
    for client in CLIENTS:
        for name in READS:
            method = client.__dict__.get(name)
            if method is not None and not hasattr(method, "looks_first"):
                setattr(client, name, _looking(method))


def _looking(method: Callable[..., Any]) -> Callable[..., Any]:
    async def looking(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        tx = unit.current()
        if tx is not None and query.startswith("SELECT"):
            for table in tx.unwritten():
                if re.search(rf"\b{table}\b", query) and not _knows():
                    raise ReadTooEarly(
                        f"{table} is read before what was added to it: {query[:200]}"
                    )
        return await method(self, query, *args, **kwargs)

    looking.looks_first = True  # type: ignore[attr-defined]
    return looking


def _knows() -> bool:
    """Only the ledger looks for a posting both here and there."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__") == "shared.finance.ledger.service":
            return True
        frame = frame.f_back
    return False
