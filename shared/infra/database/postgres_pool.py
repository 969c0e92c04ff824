"""Taking a connection out of asyncpg's pool, and giving it back, without what asyncpg does around
both where nothing is to be waited for: a timer and two tasks, which take longer than a statement.
"""

from __future__ import annotations

import asyncio
from typing import Any

from shared.infra.database.trouble import DatabaseTrouble, TroubleKind

POOL_SECONDS = 10.0


async def take(pool: Any) -> Any:
    """A connection; waits a while for a free one. Raises DatabaseTrouble."""
    patience = None if pool.get_idle_size() else POOL_SECONDS
    try:
        return await pool.acquire(timeout=patience)
    except TimeoutError:
        detail = f"no free connection within {POOL_SECONDS:g} s"
        raise DatabaseTrouble(TroubleKind.BUSY, detail) from None


async def give(
    pool: Any,
    connection: Any,
    *,
    well: bool,
) -> None:
    """Give one back; unless its use ended well, the pool looks whether it still lives and ends what
    is open on it.
    """
    raw = connection._con
    is_ready = raw is not None and not (raw.is_closed() or raw.is_in_transaction())
    if not (well and is_ready):
        await asyncio.shield(pool.release(connection))
        return
    raw._on_release()
    await connection._holder.release(None)
