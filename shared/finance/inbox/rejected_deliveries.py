"""Deliveries that an endpoint refused: counted in this process, and written down at most once in
five seconds.

A stranger may send us thousands of them, so one costs no row and hardly ever a write.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import datetime, timedelta

from tortoise.exceptions import BaseORMException, IntegrityError
from tortoise.expressions import F

from shared.core import clock
from shared.finance.inbox.models import WebhookRefusal
from shared.infra import unit

log = logging.getLogger("markethall.webhooks")

EVERY_SECONDS = 5.0
KEPT = timedelta(days=8)


class Counter:
    """The refusals of one process that are not written down yet."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[int, str, datetime]] = {}
        self._written = -EVERY_SECONDS
        self._timer: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    async def note(self, source: str, why: str) -> None:
        """Count one; the first after a pause is written at once, others a little later together."""
        count = self._waiting.get(source, (0, "", None))[0]
        self._waiting[source] = (count + 1, why, clock.now())
        left = self._written + EVERY_SECONDS - time.monotonic()
        if left <= 0:
            await self.flush()
        elif (
            self._timer is None
            or self._timer.cancelled()
            or self._timer.when() < time.monotonic()
        ):
            self._timer = asyncio.get_running_loop().call_later(left, self._later)

    def _later(self) -> None:
        task = asyncio.get_running_loop().create_task(self.flush())
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def flush(self) -> None:
        """Write down what waits.

        A database that is away loses the count, never the answer to the sender.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, {}
        self._written = time.monotonic()
        try:
            for source, (count, why, at) in waiting.items():
                await _add(source, count, why, at)
        except (BaseORMException, OSError) as problem:
            log.warning(
                "refused webhooks could not be counted: %s", type(problem).__name__
            )


async def _add(
    source: str,
    count: int,
    why: str,
    at: datetime,
) -> None:
    hour = at.replace(
        minute=0,
        second=0,
        microsecond=0,
    )
    for _ in range(
        2
    ):  # another process may make the hour's row between our look and our insert
        async with unit.transaction():
            row = WebhookRefusal.filter(source=source, hour=hour)
            if await row.update(
                count=F("count") + count,
                why=why,
                last_at=at,
                updated_at=at,
            ):
                return
        try:
            async with unit.transaction():
                await WebhookRefusal.create(
                    source=source,
                    hour=hour,
                    count=count,
                    why=why,
                    last_at=at,
                )
            return
        except IntegrityError:
            continue


async def forget_old() -> None:
    """Drop the hours that nobody asks about any more."""
    async with unit.transaction():
        await WebhookRefusal.filter(hour__lt=clock.now() - KEPT).delete()


counter = Counter()
