"""Tells the workers of other processes that this one has put work on the list, since it works off
none itself.
"""

from __future__ import annotations

import asyncio
import logging

from shared.infra.database import notices
from shared.infra.database.dialect import dialect
from shared.infra.database.trouble import DatabaseTrouble
from shared.infra.jobs import queue

log = logging.getLogger("markethall.jobs")

PAUSE_SECONDS = 0.05  # what comes meanwhile is told at once


async def announce() -> None:
    """Go on until cancelled; what gets lost is found when a worker looks by itself."""
    if dialect() != "postgres":
        return
    wake = asyncio.Event()
    queue.subscribe(wake)
    try:
        while True:
            await wake.wait()
            wake.clear()
            try:
                await notices.notify(queue.CHANNEL)
            except DatabaseTrouble as trouble:
                log.info("the workers are not told: %s", trouble)
            await asyncio.sleep(PAUSE_SECONDS)
    finally:
        queue.unsubscribe(wake)
