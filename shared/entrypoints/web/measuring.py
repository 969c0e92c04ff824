"""Requests by route and status, and how long they took, for /metrics.

Counted in this process alone; the label tells which.

Routes stand as they are written, never as they were asked for: an order's address would grant
access, and a stranger could make up any number of them.
"""

from __future__ import annotations

import secrets
import time
from functools import lru_cache
from typing import cast

from prometheus_client import CollectorRegistry, Counter, Histogram
from quart import Quart, Response, current_app, g, request

from shared.core.frozen import frozen

PROCESS = secrets.token_hex(4)  # tells one web process from another
_KEY = "markethall_meter"
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_SECONDS = (
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
)


@frozen
class Meter:
    """What one application counts."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram


def _meter() -> Meter:
    registry = CollectorRegistry()
    return Meter(
        registry=registry,
        requests=Counter(
            "markethall_requests",
            "Requests answered by this process.",
            ("process", "method", "route", "status"),
            registry=registry,
        ),
        seconds=Histogram(
            "markethall_request_seconds",
            "Seconds until the answer, by route; of this process.",
            ("process", "route"),
            buckets=_SECONDS,
            registry=registry,
        ),
    )


def meter() -> Meter:
    """The meter of the current application."""
    return cast("Meter", current_app.extensions[_KEY])


async def _count(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "(no route)"
    now = time.perf_counter()
    here = meter()
    count(here, request.method, route, response.status_code)
    seconds = now - g.get("started", now)
    _seconds_of(here, route).observe(seconds)
    return response


def count(
    meter: Meter,
    method: str,
    route: str,
    status: int,
) -> None:
    """Count one answer."""
    known = method if method in _METHODS else "(other)"
    counter = _requests_of(
        meter,
        known,
        route,
        status,
    )
    counter.inc()


@lru_cache(maxsize=4096)
def _requests_of(
    meter: Meter,
    method: str,
    route: str,
    status: int,
) -> Counter:
    return meter.requests.labels(PROCESS, method, route, str(status))


@lru_cache(maxsize=1024)
def _seconds_of(
    meter: Meter,
    route: str,
) -> Histogram:
    return meter.seconds.labels(PROCESS, route)


def register(app: Quart) -> None:
    """Count the requests of `app`."""
    app.extensions[_KEY] = _meter()
    app.after_request(_count)
