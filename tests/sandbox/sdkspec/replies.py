"""Whole replies: a route's status and body, or the error envelope."""

from __future__ import annotations

import re
from typing import Any

from tests.sandbox.sdkspec.problems import Problem
from tests.sandbox.sdkspec.requests import load
from tests.sandbox.sdkspec.responses import (
    check_list,
    check_response,
    fields,
    names_in,
    resource,
)
from tests.sandbox.sdkspec.routes import match

_ERROR_TYPES = ("api_error", "card_error", "idempotency_error", "invalid_request_error")


def check_error(status: int, body: Any) -> list[Problem]:
    """The v1 error envelope: {"error": {type, message, code?, param?, ...}}."""
    from stripe._error_object import ErrorObject

    if (
        not isinstance(body, dict)
        or set(body) != {"error"}
        or not isinstance(body["error"], dict)
    ):
        return [Problem("$", "object", "an error body is exactly {'error': {...}}")]
    error, known = body["error"], fields(ErrorObject)
    out = [
        Problem(f"$.error.{k}", "unknown", "not on ErrorObject")
        for k in error
        if k not in known
    ]
    if error.get("type") not in _ERROR_TYPES:
        out.append(
            Problem(
                "$.error.type",
                "enum",
                f"{error.get('type')!r} is not one of {_ERROR_TYPES}",
            )
        )
    want = {402: "card_error", 409: "idempotency_error"}.get(status)
    if want and error.get("type") not in (want, "invalid_request_error"):
        out.append(Problem("$.error.type", "enum", f"HTTP {status} carries {want}"))
    for name in ("payment_intent", "setup_intent", "payment_method"):
        if isinstance(error.get(name), dict):
            out += [
                Problem(p.where.replace("$", f"$.error.{name}", 1), p.kind, p.message)
                for p in check_response(error[name])
            ]
    if not isinstance(error.get("message", ""), str):
        out.append(Problem("$.error.message", "type", "expected string"))
    return out


def check_reply(
    method: str, path: str, status: int, body: Any, *, enums: bool = True
) -> list[Problem]:
    route = match(method, path)
    if status >= 400:
        return check_error(status, body)
    if route is None:
        return [Problem(path, "route", "the SDK has no such route")]
    names = names_in(route.module)
    wrapped = re.fullmatch(r"(ListObject|SearchResultObject)\[(.+)\]", route.returns)
    if wrapped:
        target = names.get(wrapped[2])
        item = load(target) if target else None
        return check_list(body, item, item.__module__ if item else "", "$", enums)
    options = [
        names[n.strip()]
        for n in re.sub(r"Union\[|\]", "", route.returns).split(",")
        if n.strip() in names
    ]
    classes = [load(o) for o in options]
    got = resource(body.get("object", "")) if isinstance(body, dict) else None
    if classes and got not in classes:
        return [
            Problem(
                "$.object",
                "object",
                (
                    f"{route.operation} returns {route.returns}, got "
                    f"{body.get('object') if isinstance(body, dict) else type(body).__name__!r}"
                ),
            )
        ]
    return check_response(body, enums=enums)
