"""The OpenAPI description: what the routes say of themselves, and what holds for every route
without being said.

Each operation can be refused by the wall before its view is reached (limits, sizes, what cannot be
read); those that take a token need it, with its scope. That stands in one place, so that no
operation can forget it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from quart_schema.openapi import OpenAPIProvider
from werkzeug.routing import Rule

from shared.entrypoints.api.models import ErrorAnswer
from shared.entrypoints.web import areas
from shared.entrypoints.web.access import TOKEN, access_of, scope_of
from shared.trade.people.scopes import Scope

ERROR = "#/components/schemas/ErrorAnswer"
# What stands before every view; see shared/entrypoints/web/security.py and limits.py.
WALL = {
    400: "The request could not be read.",
    403: "The request may not do this.",
    429: "Too many requests; `Retry-After` says when to go on.",
    503: "Something that this needs is down or slow; the same request may work in a moment.",
}
# And what a body can do wrong besides.
BODY = {
    408: "The body did not arrive in time.",
    413: "The body is larger than we take.",
    415: "The body is not JSON.",
    422: "A key of the body is wrong; `param` names it.",
}
AUTHORISED = {
    401: "There is no token, or it is unknown, revoked or ended.",
    403: "The token lacks the scope that this needs; the message names it.",
}


_Json: TypeAlias = dict[str, Any]


class ApiOnly(OpenAPIProvider):
    """Describes the JSON API, not the pages."""

    def generate_rules(self) -> Iterable[Rule]:
        for rule in super().generate_rules():
            if rule.rule.startswith(areas.API):
                yield rule

    def build_paths(self, rule: Rule) -> tuple[_Json, _Json]:
        paths, components = super().build_paths(rule)
        view = self._app.view_functions[rule.endpoint]
        for methods in paths.values():
            for operation in methods.values():
                _say_what_holds(operation, view)
        return paths, {**components, **_error_models()}


def _say_what_holds(operation: dict[str, Any], view: object) -> None:
    answers = dict(WALL)
    if (body := operation.get("requestBody")) is not None:
        answers |= BODY
        shape = body["content"]["application/json"]["schema"]
        body["required"] = bool(
            shape.get("required")
        )  # an empty body counts as one without keys
    for parameter in operation["parameters"]:
        if (
            parameter["in"] == "header"
        ):  # those that our models ask for have no defaults
            parameter["required"] = True
    scope = scope_of(view)
    if access_of(view) == TOKEN and scope is not None:
        answers |= AUTHORISED
        operation["security"] = [{"vendorToken": [scope.value]}]
        told = operation.get("description", "").strip()
        operation["description"] = (
            f"{told}\n\nNeeds a token with the scope `{scope.value}`.".strip()
        )
    responses = {str(status): told for status, told in operation["responses"].items()}
    operation["responses"] = responses
    for status, sentence in answers.items():
        content = {"application/json": {"schema": {"$ref": ERROR}}}
        responses.setdefault(str(status), {"description": sentence, "content": content})


def _error_models() -> dict[str, Any]:
    schema = ErrorAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
    inner = schema.pop("$defs")
    return {"ErrorAnswer": schema, **inner}


def scopes_in_words() -> str:
    """The list of scopes, for the description's first page."""
    return ", ".join(f"`{scope.value}` ({scope.label})" for scope in Scope)
