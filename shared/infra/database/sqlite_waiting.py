"""Waiting for what others hold of a SQLite file: in the event loop, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from time import perf_counter
from typing import Any, TypeVar

from shared.infra.database.trouble import DatabaseTrouble, TroubleKind, trouble_of

T = TypeVar("T")
# How long a write waits for other writers, of this process and of others, all together.
LOCK_SECONDS = 10.0
# Who finds the lock held asks again after so many seconds, and twice as many each time.
_SOON, _LATER = 0.001, 0.02


class PatientLock(asyncio.Lock):
    """A lock that is waited for in order, and not for ever."""

    def __init__(self) -> None:
        super().__init__()
        self._number = 0  # of those who wait

    def is_free(self) -> bool:
        """Whether nobody holds it, or is about to."""
        return not (self._number or self.locked())

    async def take(self) -> None:
        """Take the lock. Raises DatabaseTrouble when others hold it for too long."""
        if self.is_free():
            await self.acquire()  # at once: a timer would take longer
            return
        self._number += 1
        try:
            async with asyncio.timeout(LOCK_SECONDS):
                await self.acquire()
        except TimeoutError:
            raise busy() from None
        finally:
            self._number -= 1


def busy() -> DatabaseTrouble:
    """What whoever has waited long enough is told."""
    return DatabaseTrouble(
        TroubleKind.BUSY, f"the write lock was not free within {LOCK_SECONDS:g} s"
    )


async def patiently(
    ask: Callable[..., Awaitable[T]],
    *what: Any,
) -> T:
    """Ask, again while another process holds the write lock, LOCK_SECONDS at most.

    What is asked must do nothing where it fails.
    """
    until, pause = 0.0, _SOON
    while True:
        try:
            return await ask(*what)
        except Exception as error:
            trouble = trouble_of(error)
            if trouble is None or trouble.kind is not TroubleKind.BUSY:
                raise
            now = perf_counter()
            until = until or now + LOCK_SECONDS
            if now >= until:
                raise busy() from error
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LATER)


async def to_the_end(work: Coroutine[Any, Any, object]) -> None:
    """Do work that must be done, whatever comes of it: whoever is cancelled meanwhile, however
    often, is so afterwards.
    """
    done = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not done.done():
        try:
            await asyncio.wait([done])
        except asyncio.CancelledError as error:
            cancelled = error
    if not done.cancelled():
        done.exception()  # it has been looked at
    if cancelled is not None:
        raise cancelled
