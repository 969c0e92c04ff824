"""`/v1/…` over HTTP: reads the request, lets a fault rule interfere, asks the engine, and answers in Stripe's headers."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from quart import Blueprint, Response, request

from shared.sandbox import errors, forms
from shared.sandbox.engine import Reply, Request
from shared.sandbox.faults import Rule

if TYPE_CHECKING:
    from shared.sandbox.app import Standin

_MOST_BODY = 2 * 1024 * 1024
# Browsers call with a publishable key from any page (stripe.md section 16).
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Stripe-Account, Stripe-Version",
    "Access-Control-Expose-Headers": "Request-Id, Stripe-Should-Retry",
    "Access-Control-Max-Age": "300",
}
_RATE_LIMITED = (
    "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode. You can learn more "
    "about rate limits here https://stripe.com/docs/rate-limits."
)


def blueprint(standin: Standin) -> Blueprint:
    """The API's one door."""
    api = Blueprint("api", __name__)

    @api.route("/v1/<path:path>", methods=["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"])
    async def answer(path: str) -> Response:
        if request.method == "OPTIONS":
            return Response("", 204, _CORS)
        asked = await _asked()
        if asked is None:
            return _response(
                Reply(413, json.dumps({"error": {"type": "invalid_request_error", "message": "Request too large."}}))
            )
        rule = standin.faults.for_request(asked.method, asked.path)
        if rule is None and not standin.engine.in_flight:
            return _response(standin.engine.answer(asked))
        return await asyncio.shield(_with_fault(standin, asked, rule, request.scope.get("client")))

    return api


async def _asked() -> Request | None:
    if request.content_length is not None and request.content_length > _MOST_BODY:
        return None
    body = await request.get_data()
    query = request.query_string.decode("latin-1")
    text = body if isinstance(body, str) else body.decode("utf-8", "replace")
    params = forms.decode(f"{query}&{text}" if query and text else query or text)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, request.path, params, headers)


async def _with_fault(standin: Standin, asked: Request, rule: Rule | None, client: tuple[str, int] | None) -> Response:
    """Answer through a fault; shielded, because a client that gives up does not undo what Stripe has begun."""
    engine = standin.engine
    try:
        engine.refuse_busy(asked)
        if rule is None:
            return _response(engine.answer(asked))
        held = engine.hold(asked) if rule.effect == "delay" else None
    except errors.ApiError as error:
        engine.record(asked, error.status)
        return _response(Reply(error.status, json.dumps(error.body), {"Request-Id": f"req_{standin.world.token(14)}"}))
    if rule.effect == "delay":
        await asyncio.sleep(rule.seconds)
        if held is not None:
            engine.in_flight.discard(held)
        return _response(engine.answer(asked))
    if rule.effect == "status":
        reply = refusal(rule)
        engine.record(asked, reply.status)
        return _response(reply)
    if rule.effect == "reset_after":
        engine.answer(asked)
    else:
        engine.record(asked, None)
    standin.cut(client)
    return Response("", 500)


def refusal(rule: Rule) -> Reply:
    """The answer of a `status` rule: it stands in front of everything, as Stripe's limiter does, and is not stored."""
    error: dict[str, str] = {"type": "invalid_request_error", "message": f"A fault rule answers {rule.status}."}
    if rule.status == 429:
        error.update(code="rate_limit", message=_RATE_LIMITED)
    elif rule.status >= 500:
        error.update(type="api_error", message="An unknown error occurred")
    elif rule.status == 402:
        error.update(type="card_error", code="card_declined", message="Your card was declined.")
    if rule.code is not None:
        error["code"] = rule.code
    return Reply(rule.status, json.dumps({"error": error}))


def _response(reply: Reply) -> Response:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-cache, no-store", **_CORS, **reply.headers}
    return Response(reply.body, reply.status, headers)
