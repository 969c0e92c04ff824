"""`worker`: jobs in a process of its own. Any number may run beside the web processes; each job runs in one of them."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from shared.entrypoints.cli.database import opened
from shared.infra.database.owner import sole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.core.settings import Settings
    from shared.infra.jobs import RecurringJob
    from shared.infra.jobs.queue import Handlers


def stop_signals() -> asyncio.Event:
    """An event that Ctrl-C and SIGTERM set, once for the running loop."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop


async def work(settings: Settings, handlers: Handlers, recurring: Sequence[RecurringJob]) -> int:
    """Work until told to stop; the job at hand is finished first. Raises AlreadyServed for a SQLite file in use."""
    with sole(settings.database_url):
        return await _work(settings, handlers, recurring)


async def _work(settings: Settings, handlers: Handlers, recurring: Sequence[RecurringJob]) -> int:
    from shared.infra.jobs.worker import Worker

    async with opened(settings) as tools:
        print("Working. Ctrl-C finishes the job at hand and stops.", flush=True)
        await Worker(tools, handlers, recurring).run(stop_signals())
    print("Stopped.")
    return 0
