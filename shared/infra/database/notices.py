"""Short notices from process to process, by PostgreSQL's NOTIFY; SQLite serves one process, which
needs none.

They may be lost, so whoever waits for one looks by itself from time to time. They are not sent
inside a transaction of money: one that notifies keeps all others that do waiting until it is
committed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tortoise.connection import get_connection

from shared.infra.database.dialect import dialect

log = logging.getLogger("markethall.database")

AGAIN_SECONDS = 5.0  # after a connection was lost


@asynccontextmanager
async def listening(
    channel: str,
    heard: Callable[[], None],
) -> AsyncIterator[None]:
    """Call `heard` for each notice while the block runs; on a connection of its own, which is made
    again when it is lost.
    """
    if dialect() != "postgres":
        yield
        return
    task = asyncio.create_task(_listen(channel, heard))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def notify(channel: str) -> None:
    """Send a notice to whoever listens, in a transaction of its own."""
    client: Any = get_connection("default")
    await client.execute_query("SELECT pg_notify($1, '')", [channel])


async def _listen(
    channel: str,
    heard: Callable[[], None],
) -> None:
    while True:
        try:
            await _until_lost(channel, heard)
        except Exception as error:
            log.info("no notices for now: %s", error)
        await asyncio.sleep(AGAIN_SECONDS)


async def _until_lost(
    channel: str,
    heard: Callable[[], None],
) -> None:
    client: Any = get_connection("default")
    lost = asyncio.Event()

    def tell(*_: object) -> None:
        heard()

    def gone(*_: object) -> None:
        lost.set()

    async with client.acquire_connection() as connection:
        connection.add_termination_listener(gone)
        await connection.add_listener(channel, tell)
        try:
            heard()  # what was put on the list meanwhile
            await lost.wait()
        finally:
            connection.remove_termination_listener(gone)
            if not connection.is_closed():
                await connection.remove_listener(channel, tell)
