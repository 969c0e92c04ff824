"""Whether the database takes a write right now, asked by load balancers often and by many at once.

One row is written anew, so that no table grows; however many ask, it is written once a second at
most.
"""

from __future__ import annotations

import asyncio

from tortoise.connection import get_connection

from shared.core import clock
from shared.infra.database.models import Heartbeat
from shared.infra.database.schema import refuse_newer
from shared.infra.database.trouble import DatabaseTrouble, TroubleKind

EVERY_SECONDS = 1.0
PATIENCE_SECONDS = 2.0


class Probe:
    """One application's look at its database."""

    def __init__(self) -> None:
        self._look: asyncio.Task[None] | None = None
        self._next = 0.0

    async def ask(self) -> None:
        """Return when a write of the last second went through.

        Raises DatabaseTrouble, or SchemaTooNew.

        A write that hangs is not given up, nor is another one sent after it: whoever asks next
        waits for the same one.
        """
        now = asyncio.get_running_loop().time()
        if self._look is None or (self._look.done() and now >= self._next):
            self._look = asyncio.create_task(_write())
            self._look.add_done_callback(_seen)
            self._next = now + EVERY_SECONDS
        done, _ = await asyncio.wait({self._look}, timeout=PATIENCE_SECONDS)
        if not done:
            raise DatabaseTrouble(
                TroubleKind.BUSY,
                f"a write did not go through within {PATIENCE_SECONDS:g} s",
            )
        self._look.result()


def _seen(look: asyncio.Task[None]) -> None:
    if not look.cancelled():
        look.exception()  # nobody may be waiting for it any more


async def _write() -> None:
    rows = await get_connection("default").execute_query_dict(
        "SELECT name FROM tortoise_migrations WHERE app = 'models'"
    )
    refuse_newer(row["name"] for row in rows)
    if not await Heartbeat.filter(id=1).update(updated_at=clock.now()):
        await Heartbeat.bulk_create([Heartbeat(id=1)], ignore_conflicts=True)
