"""Rate limits on every route. The key is the connection's own address (or the sign-in), never a header a caller can make up.

GCRA by quart-rate-limiter. In memory by default, in Redis when several processes share the load. A store that fails lets
requests through and says so in the log: a limiter must not be what takes the shop down.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from quart import Quart, g, request
from quart_rate_limiter import RateLimit, RateLimiter, rate_limit
from quart_rate_limiter.store import RateLimiterStoreABC

from shared.ids import digest
from shared.settings import Settings
from shared.web.access import current_view

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT = "240/minute"  # per route and caller: a busy afternoon by hand, not a scraper
_PERIODS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_MAX_KEYS = 50_000

log = logging.getLogger("markethall.limits")


def _parse(text: str) -> tuple[int, timedelta]:
    count, _, period = text.partition("/")
    return int(count), _PERIODS[period]


async def caller() -> str:
    """Who is counted: the API token's vendor, else the network address. Behind proxies the server's ProxyFix has put it right."""
    who = g.get("token")
    return who.label if who is not None else _address()


def _address() -> str:
    address = request.remote_addr or "local"
    # One household has a whole /64 of IPv6 addresses.
    return ":".join(address.split(":")[:4]) if address.count(":") > 3 else address


async def caller_and_email() -> str:
    """Counts sign-ins by address and email together, so one stubborn neighbour does not lock the others out."""
    email = (await request.form).get("email", "").strip().lower()
    return f"{_address()}|{digest(email)[:16]}"


async def email_only() -> str:
    """Counts sign-ins to one account from everywhere, so many addresses cannot guess together."""
    return digest((await request.form).get("email", "").strip().lower())[:16]


async def _is_not_post() -> bool:
    return request.method != "POST"


def limit(text: str) -> Callable[[F], F]:
    """A tighter limit for one route on top of the default: `@limit("10/minute")`, below the route's decorator."""
    count, period = _parse(text)
    return rate_limit(count, period)


def limit_instead(text: str) -> Callable[[F], F]:
    """Another limit instead of the default: for routes that machines or whole pages of pictures ask often."""

    def decorate(view: F) -> F:
        view.market_limit_instead = text  # type: ignore[attr-defined]
        return limit(text)(view)

    return decorate


async def _has_its_own() -> bool:
    return hasattr(current_view(), "market_limit_instead")


def limit_sign_in(view: F) -> F:
    """What guards passwords: POSTs by address and email, by email alone, and by address alone."""
    return rate_limit(
        limits=[
            RateLimit(8, timedelta(minutes=5), caller_and_email, _is_not_post),
            RateLimit(40, timedelta(hours=1), email_only, _is_not_post),
            RateLimit(60, timedelta(minutes=5), caller, _is_not_post),
        ]
    )(view)


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


class OpenStore(RateLimiterStoreABC):
    """Another store that may fail: then nobody is refused, and the failures are counted in `failures`."""

    def __init__(self, store: RateLimiterStoreABC) -> None:
        self._store = store
        self.failures = 0

    async def before_serving(self) -> None:
        await self._try(self._store.before_serving())

    async def after_serving(self) -> None:
        await self._try(self._store.after_serving())

    async def get(self, key: str, default: datetime) -> datetime:
        found = await self._try(self._store.get(key, default))
        return found if isinstance(found, datetime) else default

    async def set(self, key: str, tat: datetime) -> None:
        await self._try(self._store.set(key, tat))

    async def _try(self, work: Any) -> Any:
        try:
            return await work
        except Exception as problem:
            self.failures += 1
            if self.failures in (1, 10, 100) or self.failures % 1000 == 0:
                log.warning("rate limit store fails (%d times): %s", self.failures, type(problem).__name__)
            return None


def register(app: Quart, settings: Settings) -> None:
    """Limit every route of `app`. Tests switch it off with app.config["QUART_RATE_LIMITER_ENABLED"] = False."""
    store: RateLimiterStoreABC = BoundedStore()
    if settings.redis_url:
        from quart_rate_limiter.redis_store import RedisStore

        store = OpenStore(RedisStore(settings.redis_url))
    count, period = _parse(DEFAULT)
    RateLimiter(app, key_function=caller, store=store, default_limits=[RateLimit(count, period, None, _has_its_own)])
