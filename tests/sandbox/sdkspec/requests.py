"""Decoded request parameters against the SDK's TypedDicts, unknown keys refused."""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterable
from typing import Any

import typing_extensions as te
from pydantic import ConfigDict, TypeAdapter
from pydantic_core import SchemaValidator, ValidationError
from stripe._request_options import RequestOptions

from tests.sandbox.sdkspec.problems import Problem
from tests.sandbox.sdkspec.routes import match

# `PaymentIntentCreateParams` and friends inherit the SDK's per-request options; those are headers,
# not params.
OPTION_KEYS = frozenset(RequestOptions.__annotations__)


def _int(value: Any) -> Any:
    if isinstance(value, bool) or not (
        isinstance(value, int)
        or (isinstance(value, str) and re.fullmatch(r"-?\d+", value))
    ):
        raise ValueError("integer")
    return int(value)


def _bool(value: Any) -> Any:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise ValueError("boolean")


def _number(value: Any) -> Any:
    try:
        if isinstance(value, bool):
            raise ValueError
        return float(value)
    except (TypeError, ValueError):
        raise ValueError("number") from None


_LEAF = {"int": _int, "bool": _bool, "float": _number, "decimal": _number}


def _tighten(node: Any) -> Any:
    """Rewrite a pydantic core schema: forbid unknown keys, read leaves from form strings, close
    open enums.
    """
    if isinstance(node, list):
        return [_tighten(n) for n in node]
    if isinstance(node, tuple):
        return tuple(_tighten(n) for n in node)
    if not isinstance(node, dict):
        return node
    kind = node.get("type")
    if not isinstance(
        kind, str
    ):  # a name -> schema mapping (a param may itself be called "type")
        return {k: _tighten(v) for k, v in node.items()}
    if kind in _LEAF:
        return {
            "type": "function-plain",
            "function": {"type": "no-info", "function": _LEAF[kind]},
        }
    if kind == "str":
        return {"type": "str", "strict": True}
    if kind == "union":
        choices = [c[0] if isinstance(c, tuple) else c for c in node["choices"]]
        if any(
            c.get("type") == "literal" and set(c["expected"]) - {""} for c in choices
        ):
            # Union[Literal[...], str]: a typo is an error.
            choices = [c for c in choices if c.get("type") != "str"]
        # UntypedStripeObject never comes off the wire.
        choices = [c for c in choices if c.get("type") != "is-instance"]
        if len(choices) == 1:
            return _tighten(choices[0])
        return {
            **{k: v for k, v in node.items() if k != "choices"},
            "choices": [_tighten(c) for c in choices],
        }
    out = {
        k: (v if k in ("metadata", "serialization", "cls", "config") else _tighten(v))
        for k, v in node.items()
    }
    if kind == "typed-dict":
        out["extra_behavior"] = "forbid"
    return out


def load(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


@functools.cache
def validator(target: str) -> SchemaValidator:
    cls = load(target)
    annotations = dict(cls.__annotations__)
    if (
        set(annotations) >= OPTION_KEYS
    ):  # class PaymentIntentCreateParams(RequestOptions)
        annotations = {k: v for k, v in annotations.items() if k not in OPTION_KEYS}
    twin = te.TypedDict(cls.__name__, annotations)  # type: ignore[operator, misc]
    twin.__module__ = (
        cls.__module__
    )  # forward references resolve where the SDK wrote them
    twin.__pydantic_config__ = ConfigDict(extra="forbid", arbitrary_types_allowed=True)  # type: ignore[attr-defined]
    return SchemaValidator(_tighten(TypeAdapter(twin).core_schema))


def _param(path: Iterable[Any]) -> str:
    head, *rest = [str(p) for p in path] or [""]
    return head + "".join(f"[{p}]" for p in rest)


def check_request(
    method: str,
    path: str,
    params: dict[str, Any] | None = None,
) -> list[Problem]:
    """Validate decoded form params (or Python values, as passed to the SDK) for one v1 route."""
    route = match(method, path)
    if route is None:
        return [
            Problem(
                path, "route", f"Unrecognized request URL ({method.upper()}: {path})."
            )
        ]
    params = params or {}
    if route.params is None:
        return [
            Problem(k, "unknown", f"Received unknown parameter: {k}") for k in params
        ]
    try:
        validator(route.params).validate_python(params)
    except ValidationError as failure:
        return _explain(failure, params)
    return []


def _explain(failure: ValidationError, params: dict[str, Any]) -> list[Problem]:
    """pydantic reports every branch of every union; keep, per place, what the sender needs to
    hear.
    """
    errors: list[tuple[tuple[Any, ...], Any]] = []
    for err in failure.errors(include_url=False):
        real: list[Any] = []
        node: Any = params
        for part in err["loc"]:  # drop the union-branch labels pydantic mixes in
            named = (
                isinstance(node, dict) and not isinstance(part, int) and part in node
            )
            if named or (
                isinstance(node, list) and isinstance(part, int) and part < len(node)
            ):
                real.append(part)
                node = node[part]  # type: ignore[index]
        if err["type"] == "missing":
            real.append(err["loc"][-1])
        errors.append((tuple(real), err))
    problems: dict[str, Problem] = {}
    for place, err in errors:
        deeper = any(
            len(o) > len(place) and o[: len(place)] == place for o, _ in errors
        )
        if deeper and err["type"] != "extra_forbidden":
            continue  # a branch that got further explains it
        where, value = _param(place), err.get("input")
        shown = value if isinstance(value, (str, int, float)) else type(value).__name__
        if err["type"] == "missing":
            p = Problem(where, "missing", f"Missing required param: {where}.")
        elif err["type"] == "extra_forbidden":
            p = Problem(where, "unknown", f"Received unknown parameter: {where}")
        elif err["type"] == "literal_error":
            allowed = err["ctx"]["expected"].replace("'", "")
            p = Problem(where, "enum", f"Invalid {where}: must be one of {allowed}")
        elif err["type"] == "value_error":
            p = Problem(where, "type", f"Invalid {err['ctx']['error']}: {shown}")
        else:
            p = Problem(
                where, "type", f"Invalid {_WORDS.get(err['type'], err['type'])}"
            )
        seen = problems.get(where)
        if seen is None or (
            seen.kind == "enum" and p.kind == "type" and not isinstance(value, str)
        ):
            problems[where] = p
    return list(problems.values())


_WORDS = {
    "typed_dict_type": "object",
    "dict_type": "object",
    "list_type": "array",
    "string_type": "string",
}
