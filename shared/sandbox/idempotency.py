"""Idempotency keys: answers that are kept, given again, or waited for (stripe-facts 4)."""

from __future__ import annotations

import json

from shared.sandbox import errors
from shared.sandbox.requests import Reply, Request
from shared.sandbox.store import Json
from shared.sandbox.world import Act

_KEEP_SECONDS = 24 * 3600


def idempotency_key(request: Request) -> str | None:
    """Keys count on POST alone (stripe-facts 4.1)."""
    return (
        (request.headers.get("idempotency-key") or None)
        if request.method == "POST"
        else None
    )


def checked_key(request: Request) -> str | None:
    """The key of a request; 400 when it is too long."""
    key = idempotency_key(request)
    if key is not None and len(key) > 255:
        message = "Idempotency keys must be at most 255 characters long."
        raise errors.ApiError(400, message, type="idempotency_error", stored=False)
    return key


def store(act: Act, request: Request, reply: Reply) -> None:
    """Keep the answer to a request under its key, if it has one."""
    if act.idempotency_key is None:
        return
    row = (
        act.scope,
        act.idempotency_key,
        request.method,
        request.path,
        _comparable(request.params),
        reply.status,
        reply.body,
        act.request,
        act.now,
    )
    act.store.db.execute(
        "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row
    )


def replay(act: Act, request: Request) -> Reply | None:
    """The answer that was kept under a request's key; 400 when the key was for another request."""
    key = act.idempotency_key
    if key is None:
        return None
    sql = (
        "SELECT method, path, params, status, body, request FROM idempotency WHERE key = ? "
        "AND scope = ? AND created > ?"
    )
    args = (key, act.scope, act.now - _KEEP_SECONDS)
    row = act.store.db.execute(sql, args).fetchone()
    if row is None:
        return None
    method, path, params, status, body, original = row
    if (method, path) != (request.method, request.path):
        message = (
            "Keys for idempotent requests can only be used for the same endpoint they were first "
            f"used for ('{path}' vs '{request.path}'). Try using a key other than '{key}' if you "
            "meant to execute a different request."
        )
        raise errors.ApiError(400, message, type="idempotency_error", stored=False)
    if params != _comparable(request.params):
        message = (
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request."
        )
        raise errors.ApiError(400, message, type="idempotency_error", stored=False)
    return Reply(
        status, body, {"Original-Request": original, "Idempotent-Replayed": "true"}
    )


def in_use(key: str) -> errors.ApiError:
    """409: another request with the same key is still running (stripe-facts 4.7)."""
    message = (
        "There is currently another in-progress request using this Idempotent Key (that probably "
        "means you submitted twice, and the other request is still going through): "
        f"{key}. Please try again later."
    )
    code = "idempotency_key_in_use"
    return errors.ApiError(
        409, message, type="idempotency_error", code=code, stored=False
    )


def _comparable(params: Json) -> str:
    return json.dumps(params, sort_keys=True)
