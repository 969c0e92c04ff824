"""What the machine tells its keepers: a request id, one JSON line per request, and no secret in any
line.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime
from typing import Any

from quart import Quart, Response, g, request

from shared.infra.audit import origin, watch
from shared.trade.people.queries import Actor

_PATTERNS = (
    re.compile(r"\b((?:pi|seti)_[A-Za-z0-9]+)_secret_[A-Za-z0-9]+"),
    re.compile(r"\b((?:sk|rk|pk)_(?:test|live))_[A-Za-z0-9]+"),
    re.compile(r"\b(whsec)_[A-Za-z0-9_]+"),
    re.compile(r"\b(mhs|mht|mhl|co|ba)_[A-Za-z0-9_-]{20,}"),
    re.compile(r"(?i)(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(r"\b(v1)=[0-9a-f]{32,}"),
    re.compile(
        r"(?i)\b(password|client_secret|csrf_token|token)(?:['\"]?\s*[=:]\s*['\"]?)[^\s&'\",}]+"
    ),
    re.compile(
        r"(https?://[^\s/]+/(?:hosted/)?(?:onboarding|setup/[a-z]|express))/[^\s'\"]+"
    ),
    re.compile(r"(/shop/(?:checkout|orders))/[^\s/?'\"]+"),
    # Names and passwords in addresses of whatever kind.
    re.compile(r"([a-z][a-z0-9+.-]*)://[^\s@/]+@"),
)
_HIDDEN = r"\1…hidden"

_REFUSED = frozenset(
    {
        400,
        401,
        403,
        408,
        413,
        414,
        429,
        431,
    }
)

requests_log = logging.getLogger("markethall.request")
requests_log.addFilter(watch.Bounded())


def scrub(text: str) -> str:
    """`text` with everything that grants access cut out: client secrets, keys, tokens, signatures,
    single-use links.
    """
    for pattern in _PATTERNS:
        text = pattern.sub(_HIDDEN, text)
    return text


class LineFormatter(logging.Formatter):
    """One JSON object per line, scrubbed as a whole, traces included."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "log": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return scrub(json.dumps(line, default=str))


def _one_line(text: str) -> str:
    """What somebody sent begins no line of its own, and moves no cursor."""
    return "".join(map(_printable, text))


def _printable(char: str) -> str:
    return char if char.isprintable() else repr(char)[1:-1]


class PlainFormatter(logging.Formatter):
    """The same for eyes: a short line, scrubbed too."""

    def format(self, record: logging.LogRecord) -> str:
        given = getattr(record, "fields", {})
        fields = " ".join(f"{name}={value}" for name, value in given.items())
        said = _one_line(f"{record.getMessage()} {fields}".rstrip())
        line = f"{datetime.now(UTC):%H:%M:%S} {record.levelname.lower():7} {said}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return scrub(line)


def configure_logging(
    *,
    as_json: bool,
    level: int | str = logging.INFO,
) -> None:
    """Send every log of this process to stderr, scrubbed. Called once by the command line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter() if as_json else PlainFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("tortoise", "asyncio", "aiosqlite", "stripe", "hypercorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


async def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    origin.begin(
        origin.RequestOrigin(
            address=request.remote_addr or "",
            request_id=g.request_id,
        )
    )


def _level(status: int, *, is_known: bool) -> int:
    """Crashes, refusals, and all else.

    Who is known and finds nothing may have asked for what is somebody else's.
    """
    if status >= 500:
        return logging.ERROR
    return (
        logging.WARNING
        if status in _REFUSED or (status == 404 and is_known)
        else logging.INFO
    )


async def _end(response: Response) -> Response:
    """Log the route, never the address: addresses of orders grant access."""
    request_id = g.get("request_id", "")
    response.headers["X-Request-Id"] = request_id
    if request.endpoint == "static" and response.status_code < 400:
        return response
    now = time.perf_counter()
    log_request(
        request_id=request_id,
        method=request.method,
        rule=request.url_rule.rule if request.url_rule else "(no route)",
        status=response.status_code,
        seconds=now - g.get("started", now),
        who=g.get("member") or g.get("customer") or g.get("token"),
        address=request.remote_addr,
    )
    return response


def log_request(
    *,
    request_id: str,
    method: str,
    rule: str,
    status: int,
    seconds: float,
    who: Actor | None = None,
    address: str | None = None,
) -> None:
    """Write the one line of a request; `address` is told of refusals alone."""
    level = _level(status, is_known=who is not None)
    if not requests_log.isEnabledFor(level):
        return
    fields: dict[str, Any] = {
        "request": request_id,
        "method": method,
        "route": rule,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "who": who.label if who else "nobody",
    }
    if level == logging.WARNING:
        fields |= {"event": str(status), "from": address}
    line = "%s %s %d"
    requests_log.log(level, line, method, rule, status, extra={"fields": fields})


def register(app: Quart) -> None:
    """Number and log the requests of `app`."""
    app.before_request(_begin)
    app.after_request(_end)
