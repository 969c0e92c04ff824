"""Whether the demo marketplace is there: looked at by every start, so apart from what fills it."""

from __future__ import annotations

from shared.infra import unit
from shared.infra.audit.queries import was_done

FILLED = "demo.filled"


async def is_filled() -> bool:
    """Whether a fill has come to its end (the database is open)."""
    return await was_done(FILLED, subject="demo")


async def note_filled() -> None:
    """Write down that it has."""
    async with unit.transaction() as tx:
        tx.record(FILLED, actor="system", subject="demo")
