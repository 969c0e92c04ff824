"""Where callers are counted: in memory, or beside a store of several processes that may fail."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from quart_rate_limiter.store import RateLimiterStoreABC

from shared.core import clock

_MAX_KEYS = 50_000
_PATIENCE = 1.0  # seconds, for an answer of the store
_REST = timedelta(seconds=10)  # before a store that failed is asked again

log = logging.getLogger("markethall.limits")


class BoundedStore(RateLimiterStoreABC):
    """Arrival times in memory; the callers seen longest ago are forgotten first."""

    def __init__(self, size: int = _MAX_KEYS) -> None:
        self._size = size
        self._times: OrderedDict[str, datetime] = OrderedDict()

    async def before_serving(self) -> None:
        """Nothing to open."""

    async def after_serving(self) -> None:
        """Nothing to close."""

    async def get(self, key: str, default: datetime) -> datetime:
        return self._times.get(key, default)

    async def set(self, key: str, tat: datetime) -> None:
        self._times[key] = tat
        self._times.move_to_end(key)
        while len(self._times) > self._size:
            self._times.popitem(last=False)


class SteadyStore(RateLimiterStoreABC):
    """Another store that may fail or hang: then this process counts for itself for a while.

    Failures are counted in `failures`.
    """

    def __init__(self, store: RateLimiterStoreABC) -> None:
        self._store, self._own = store, BoundedStore()
        self._rests_until = datetime.min.replace(tzinfo=UTC)
        self.failures = 0

    async def before_serving(self) -> None:
        await self._try(self._store.before_serving)

    async def after_serving(self) -> None:
        await self._try(self._store.after_serving)

    async def get(self, key: str, default: datetime) -> datetime:
        found = await self._try(self._store.get, key, default)
        return (
            found if isinstance(found, datetime) else await self._own.get(key, default)
        )

    async def set(self, key: str, tat: datetime) -> None:
        await self._own.set(key, tat)
        await self._try(self._store.set, key, tat)

    async def _try(
        self,
        ask: Callable[..., Awaitable[Any]],
        *arguments: Any,
    ) -> Any:
        """What the store answers; None where it fails, or has failed within the last seconds.

        Each store's library has errors of its own; of them only the kind is logged, since their
        words may name the store with its password.
        """
        if clock.now() < self._rests_until:
            return None
        try:
            async with asyncio.timeout(_PATIENCE):
                return await ask(*arguments)
        except Exception as problem:
            self._rests_until = clock.now() + _REST
            self.failures += 1
            if self.failures in (1, 10, 100) or self.failures % 1000 == 0:
                log.warning(
                    "rate limit store fails (%d times): %s",
                    self.failures,
                    type(problem).__name__,
                )
            return None
