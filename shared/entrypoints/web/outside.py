"""What happens around an answer that the application itself never sees: it is counted by the
rate limits, logged and measured as if it had.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TypeAlias

from prometheus_client import Histogram
from quart_rate_limiter import RateLimit
from quart_rate_limiter.store import RateLimiterStoreABC

from shared.core.frozen import frozen
from shared.entrypoints.web import measuring, observability
from shared.entrypoints.web.measuring import Meter

Headers: TypeAlias = list[tuple[bytes, bytes]]


@frozen
class CountedLimit:
    """One limit of a route: `key` is what its callers are counted under, without the caller."""

    count: int
    key: str
    interval: float  # seconds
    period: float


@frozen
class Route:
    """A route whose answers are kept.

    `rule` as it is written. `counted` are the limits that count its callers by their network;
    the one at `told`, the shortest, is named in the answer's headers.
    """

    rule: str
    store: RateLimiterStoreABC
    counted: tuple[CountedLimit, ...]
    told: int | None
    seconds: Histogram
    meter: Meter


def counted_by(
    limit: RateLimit,
    app: str,
    endpoint: str,
) -> CountedLimit:
    """Return a limit with the key of quart-rate-limiter."""
    key = f"{app}-{endpoint}-{limit.key}-"
    return CountedLimit(
        limit.count,
        key,
        limit.inverse,
        limit.period.total_seconds(),
    )


async def admitted(
    route: Route,
    whose: str,
) -> Headers | None:
    """Count a request, and return the headers about it; None, and nothing is counted, when it is
    one too many.

    As quart-rate-limiter counts: each limit is a time until which the caller has used it up.
    """
    now = datetime.now(UTC)
    used: list[datetime] = []
    for one in route.counted:
        until = max(
            await route.store.get(
                one.key + whose,
                now,
            ),
            now,
        )
        if (until - now).total_seconds() > one.period - one.interval:
            return None
        used.append(until + timedelta(seconds=one.interval))
    for one, until in zip(
        route.counted,
        used,
        strict=True,
    ):
        await route.store.set(
            one.key + whose,
            until,
        )
    return _told(route, used, now)


def _told(
    route: Route,
    used: Sequence[datetime],
    now: datetime,
) -> Headers:
    if route.told is None:
        return []
    one = route.counted[route.told]
    ahead = (used[route.told] - now).total_seconds()
    remaining = int((one.period - ahead) / one.interval)
    return [
        (b"ratelimit-limit", b"%d" % one.count),
        (b"ratelimit-remaining", b"%d" % remaining),
        (b"ratelimit-reset", b"%d" % ceil(ahead)),
    ]


def new_request_id() -> str:
    """Return the number of one request, as the log names it."""
    return secrets.token_hex(8)


def told(
    route: Route, *, request_id: str, method: str, status: int, started: float
) -> None:
    """Measure and log an answer; `started` is of `time.perf_counter`."""
    seconds = time.perf_counter() - started
    measuring.count(
        route.meter,
        method,
        route.rule,
        status,
    )
    route.seconds.observe(seconds)
    observability.log_request(
        request_id=request_id,
        method=method,
        rule=route.rule,
        status=status,
        seconds=seconds,
    )
