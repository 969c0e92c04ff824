"""Checkpoints of SQLite's write-ahead log, made by a thread of their own.

As SQLite comes, whoever commits when the log has a thousand pages copies them into the file and
waits for the disk. Our commits are on the event loop's thread, where everybody would wait.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic

log = logging.getLogger("markethall.database")

LARGE = 4 * 2**20  # bytes of the log: as many pages as when SQLite does it by itself
# Where a reader keeps the log from being used again, nothing is gained by asking at once.
PAUSE = 1.0


class Checkpoints:
    """Those of one file, one at a time."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._log = Path(f"{path}-wal")
        self._next = 0.0
        self._running: asyncio.Future[None] | None = None

    def consider(self) -> None:
        """Begin one if the log has become large."""
        if self._running is not None or monotonic() < self._next:
            return
        try:
            size = self._log.stat().st_size
        except OSError:  # nothing is written yet, or it is in memory
            return
        if size < LARGE:
            return
        loop = asyncio.get_running_loop()
        self._running = loop.run_in_executor(None, _checkpoint, self._path)
        self._running.add_done_callback(self._ended)

    async def ended(self) -> None:
        """Wait for the one that is under way."""
        if self._running is not None:
            await asyncio.wait([self._running])

    def _ended(self, done: asyncio.Future[None]) -> None:
        self._running = None
        self._next = monotonic() + PAUSE
        error = None if done.cancelled() else done.exception()
        if error is not None:
            log.warning("the write-ahead log could not be copied: %s", error)


def _checkpoint(path: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
