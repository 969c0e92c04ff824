"""`/v1/…` over HTTP: reads the request, lets a fault rule interfere, asks the engine, and answers
in Stripe's headers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from shared.sandbox import errors, multipart
from shared.sandbox.faults import Rule
from shared.sandbox.idempotency import idempotency_key
from shared.sandbox.requests import Reply, Request
from shared.sandbox.resources import files

if TYPE_CHECKING:
    from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

    from shared.sandbox.app import Standin

    Headers = Iterable[tuple[str, str]]

MOST_BODY = 4 * 1024 * 1024  # of everything but a file

# Browsers call with a publishable key from any page (stripe-facts 16.5).
_CORS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE"),
    (
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Idempotency-Key, Stripe-Account, Stripe-Version",
    ),
    ("Access-Control-Expose-Headers", "Request-Id, Stripe-Should-Retry"),
    ("Access-Control-Max-Age", "300"),
)
_JSON = (
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-cache, no-store"),
    *_CORS,
)
_RATE_LIMITED = (
    "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode. "
    "You can learn more "
    "about rate limits here https://stripe.com/docs/rate-limits."
)

_LOCKED = (
    "This object cannot be accessed right now because another API request or Stripe process is "
    "currently accessing it. "
    "If you see this error intermittently, retry the request."
)


async def answer(
    standin: Standin,
    scope: HTTPScope,
    receive: ASGIReceiveCallable,
    send: ASGISendCallable,
) -> None:
    """One API request: answered at once, unless a fault rule or a running request makes it wait."""
    if scope["method"] == "OPTIONS":
        await _send(send, 204, _CORS, b"")
        return
    most = files.MOST_BODY if scope["path"] == "/v1/files" else MOST_BODY
    body = await _body(receive, most)
    if body is None:
        return
    if len(body) > most:
        error = {"type": "invalid_request_error", "message": "Request too large."}
        await _reply(
            send,
            Reply(413, json.dumps({"error": error})),
        )
        return
    asked = _asked(scope, body)
    rule = standin.faults.for_request(asked.method, asked.path)
    if rule is None and not standin.engine.in_flight:
        reply: Reply | None = standin.engine.answer(asked)
    else:  # shielded, because a client that gives up does not undo what Stripe has begun
        reply = await asyncio.shield(_with_fault(standin, asked, rule))
    if reply is None:
        standin.cut(scope["client"] or ("", 0))
    else:
        await _reply(send, reply)


async def _body(receive: ASGIReceiveCallable, most: int) -> bytes | None:
    """What was sent, read no further than anyone may send; None when the sender hung up
    half-way.
    """
    body = b""
    while len(body) <= most:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message["body"]
        if not message["more_body"]:
            break
    return body


def _asked(scope: HTTPScope, body: bytes) -> Request:
    """What the API is asked, its parameters still strings; HEAD is GET whose body is not sent."""
    headers = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in scope["headers"]
    }
    params = multipart.read(
        headers.get("content-type", ""), scope["query_string"].decode("latin-1"), body
    )
    method = scope["method"]
    return Request(
        "GET" if method == "HEAD" else method, scope["path"], params, headers
    )


async def _with_fault(
    standin: Standin,
    asked: Request,
    rule: Rule | None,
) -> Reply | None:
    """Answer through a fault; None cuts the connection."""
    engine = standin.engine
    try:
        engine.refuse_busy(asked)
        if rule is None:
            return engine.answer(asked)
        held = engine.hold(asked) if rule.effect == "delay" else None
    except errors.ApiError as error:
        engine.record(asked, error.status)
        return _labelled(
            standin,
            asked,
            Reply(error.status, json.dumps(error.body)),
        )
    if rule.effect == "delay":
        await asyncio.sleep(rule.seconds)
        if held is not None:
            engine.in_flight.discard(held)
        return engine.answer(asked)
    if rule.effect == "status":
        reply = _labelled(standin, asked, refusal(rule))
        if rule.stored:
            with suppress(
                errors.ApiError
            ):  # whoever asks without a good key has nothing kept
                engine.keep(asked, reply)
        engine.record(asked, reply.status)
        return reply
    if rule.effect == "reset_after":
        engine.answer(asked)
    else:
        engine.record(asked, None)
    return None


def _labelled(standin: Standin, asked: Request, reply: Reply) -> Reply:
    reply.headers["Request-Id"] = f"req_{standin.world.token(14)}"
    if key := idempotency_key(asked):
        reply.headers["Idempotency-Key"] = key
    return reply


def refusal(rule: Rule) -> Reply:
    """The answer of a `status` rule: it stands in front of everything, as Stripe's limiter does."""
    error: dict[str, str] = {
        "type": "invalid_request_error",
        "message": f"A fault rule answers {rule.status}.",
    }
    if rule.status == 429:
        locked = rule.code == "lock_timeout"
        error.update(code="rate_limit", message=_LOCKED if locked else _RATE_LIMITED)
    elif rule.status >= 500:
        error.update(type="api_error", message="An unknown error occurred")
    elif rule.status == 402:
        error.update(
            type="card_error", code="card_declined", message="Your card was declined."
        )
    if rule.code is not None:
        error["code"] = rule.code
    asks = (
        {}
        if rule.should_retry is None
        else {"Stripe-Should-Retry": str(rule.should_retry).lower()}
    )
    return Reply(rule.status, json.dumps({"error": error}), asks)


async def _reply(send: ASGISendCallable, reply: Reply) -> None:
    if reply.content is not None:
        content, kind = reply.content
        await _send(
            send,
            reply.status,
            (
                ("Content-Type", kind),
                *_JSON[1:],
                *reply.headers.items(),
            ),
            content,
        )
        return
    await _send(
        send,
        reply.status,
        (*_JSON, *reply.headers.items()),
        reply.body.encode(),
    )


async def _send(
    send: ASGISendCallable,
    status: int,
    headers: Headers,
    body: bytes,
) -> None:
    pairs = [
        (
            name.lower().encode(),
            value.encode("latin-1"),
        )
        for name, value in headers
    ]
    if status != 204:
        pairs.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body, "more_body": False})
