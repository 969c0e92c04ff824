"""How a process that serves or works is told to stop."""

from __future__ import annotations

import asyncio
import signal


def stop_signals() -> asyncio.Event:
    """An event that Ctrl-C and SIGTERM set, once for the running loop."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop
