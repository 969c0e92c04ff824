"""Response objects against the annotations of the SDK's resource classes, recursively."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
import typing
from pathlib import Path
from typing import Any, ClassVar, Union, get_args, get_origin

import typing_extensions as te
from stripe._object_classes import OBJECT_CLASSES
from stripe._stripe_object import StripeObject, UntypedStripeObject

from tests.sandbox.sdkspec.problems import Problem
from tests.sandbox.sdkspec.requests import load
from tests.sandbox.sdkspec.routes import imports

_LITERALS = (typing.Literal, te.Literal)


@functools.cache
def names_in(module: str) -> dict[str, str]:
    file = importlib.import_module(module).__file__
    assert file
    return imports(ast.parse(Path(file).read_text()))


def resource(name: str) -> type[StripeObject] | None:
    entry = OBJECT_CLASSES.get(name)
    return getattr(importlib.import_module(entry[0]), entry[1]) if entry else None


def fields(cls: Any) -> dict[str, Any]:
    """field -> annotation, from cls and its generated bases, without ClassVars and private
    names.
    """
    if cls not in _FIELDS:
        _FIELDS[cls] = _fields(cls)
    return _FIELDS[cls]


_FIELDS: dict[Any, dict[str, Any]] = {}


def _fields(cls: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        for name, note in inspect.get_annotations(base).items():
            if (
                name.startswith("_")
                or get_origin(note) is ClassVar
                or note is ClassVar
                or "ClassVar" in str(note)[:20]
            ):
                continue
            out[name] = note
    return {getattr(cls, "_field_remappings", {}).get(k, k): v for k, v in out.items()}


def _resolve(ref: Any, module: str) -> Any:
    name = ref.__forward_arg__ if isinstance(ref, typing.ForwardRef) else ref
    if not isinstance(name, str):
        return ref
    target = names_in(module).get(name)
    if target:
        return load(target)
    return getattr(importlib.import_module(module), name, None)


def _is_optional(note: Any) -> bool:
    return get_origin(note) is Union and type(None) in get_args(note)


def check_response(
    obj: Any,
    *,
    enums: bool = True,
    nulls: bool = False,
) -> list[Problem]:
    """Check a v1 response object (dict with an `object` key) recursively.

    enums=False lets open enums (Union[Literal[...], str]) hold any string. nulls=True also reports
    documented Optional fields that are absent, for the outermost object only.
    """
    if not isinstance(obj, dict) or not isinstance(obj.get("object"), str):
        return [Problem("$", "object", "not a Stripe object (no `object` key)")]
    if obj["object"] == "list":
        return check_list(obj, None, "", "$", enums)
    cls = resource(obj["object"])
    if cls is None:
        return [
            Problem(
                "$.object", "object", f"no SDK resource is called {obj['object']!r}"
            )
        ]
    problems = _check_object(obj, cls, cls.__module__, "$", enums)
    if nulls and not obj.get("deleted"):
        problems += [
            Problem(f"$.{f}", "missing", "documented field absent")
            for f in fields(cls)
            if f not in obj and f not in _EXPAND_ONLY.get(obj["object"], ())
        ]
    return problems


# documented on the class but normally not sent (include/expand-only, legacy, or set in one case
# only)
_EXPAND_ONLY: dict[str, tuple[str, ...]] = {
    "charge": (
        "refunds",
        "level3",
        "transfer",
        "authorization_code",
        "presentment_details",
        "source_transfer",
        "source",
        "application_fee",
        "radar_options",
    ),
    "account": ("deleted", "individual", "company", "groups"),
    "customer": (
        "deleted",
        "sources",
        "subscriptions",
        "tax",
        "tax_ids",
        "cash_balance",
        "invoice_credit_balance",
        "currency",
        "customer_account",
        "business_name",
        "individual_name",
    ),
    "event": ("account", "context"),
    "webhook_endpoint": ("deleted", "secret"),
}


def check_list(
    value: Any,
    item: Any,
    module: str,
    where: str,
    enums: bool,
) -> list[Problem]:
    if not isinstance(value, dict):
        return [
            Problem(
                where, "type", f"expected a list object, got {type(value).__name__}"
            )
        ]
    out = [
        Problem(f"{where}.{k}", "missing", "required")
        for k in ("object", "data", "has_more", "url")
        if k not in value
    ]
    out += [
        Problem(f"{where}.{k}", "unknown", "not a list-object field")
        for k in value
        if k not in ("object", "data", "has_more", "url", "total_count", "next_page")
    ]
    if value.get("object", "list") not in ("list", "search_result"):
        out.append(Problem(f"{where}.object", "enum", "expected 'list'"))
    if not isinstance(value.get("has_more", False), bool):
        out.append(Problem(f"{where}.has_more", "type", "expected bool"))
    if not str(value.get("url", "/")).startswith("/"):
        out.append(Problem(f"{where}.url", "type", "expected an origin-relative path"))
    data = value.get("data", [])
    if not isinstance(data, list):
        return [*out, Problem(f"{where}.data", "type", "expected array")]
    for i, element in enumerate(data):
        spot = f"{where}.data[{i}]"
        if item is None or item is StripeObject or isinstance(item, typing.TypeVar):
            inner = check_response(element, enums=enums)
            out += [
                Problem(
                    p.where.replace("$", spot, 1),
                    p.kind,
                    p.message,
                )
                for p in inner
            ]
        else:
            out += _check(element, item, module, spot, enums)
    return out


def _check_object(
    value: dict[str, Any], cls: type, module: str, where: str, enums: bool
) -> list[Problem]:
    known = fields(cls)
    out: list[Problem] = []
    if value.get("deleted") is True and "deleted" in known:
        out += [
            Problem(f"{where}.{k}", "unknown", f"not on {cls.__qualname__}")
            for k in value
            if k not in known
        ]
        return out + [
            Problem(f"{where}.{k}", "missing", "required")
            for k in ("id", "object")
            if k not in value
        ]
    dicts = getattr(cls, "_inner_class_dicts", [])
    for name, note in known.items():
        if name not in value:
            if not _is_optional(note):
                out.append(Problem(f"{where}.{name}", "missing", "required"))
            continue
        if name in dicts and isinstance(value[name], dict):
            inner = get_args(note)
            for key, element in value[name].items():
                out += (
                    _check(
                        element,
                        inner[-1] if inner else note,
                        module,
                        f"{where}.{name}.{key}",
                        enums,
                    )
                    if inner
                    else []
                )
            continue
        out += _check(value[name], note, module, f"{where}.{name}", enums)
    out += [
        Problem(f"{where}.{k}", "unknown", f"not on {cls.__qualname__}")
        for k in value
        if k not in known
    ]
    if (
        cls.__name__ == "Event"
        and isinstance(value.get("data"), dict)
        and isinstance(value["data"].get("object"), dict)
    ):
        subject = value["data"]["object"]
        out += [
            Problem(p.where.replace("$", f"{where}.data.object", 1), p.kind, p.message)
            for p in check_response(subject, enums=enums)
        ]
        target = resource(str(subject.get("object")))
        for key in value["data"].get("previous_attributes") or {}:
            if target and key not in fields(target):
                out.append(
                    Problem(
                        f"{where}.data.previous_attributes.{key}",
                        "unknown",
                        f"not on {target.__qualname__}",
                    )
                )
    return out


def _check(
    value: Any,
    note: Any,
    module: str,
    where: str,
    enums: bool,
) -> list[Problem]:
    if isinstance(note, (typing.ForwardRef, str)):
        resolved = _resolve(note, module)
        if resolved is None:
            return [Problem(where, "type", f"cannot resolve {note!r} in {module}")]
        note = resolved
    origin, args = get_origin(note), get_args(note)

    if note is Any or note is object or isinstance(note, typing.TypeVar):
        return []
    if origin is Union:
        if value is None:
            return (
                []
                if type(None) in args
                else [Problem(where, "type", "null, but the field is not nullable")]
            )
        branches = [a for a in args if a is not type(None)]
        literal = [a for a in branches if get_origin(a) in _LITERALS]
        if literal and str in branches:  # open enum
            allowed = [v for a in literal for v in get_args(a)]
            if not isinstance(value, str):
                return [
                    Problem(
                        where, "type", f"expected string, got {type(value).__name__}"
                    )
                ]
            return (
                []
                if not enums or value in allowed
                else [
                    Problem(
                        where,
                        "enum",
                        f"{value!r} is not a value this API version documents",
                    )
                ]
            )
        resolved = [
            (b, _resolve(b, module) if isinstance(b, (typing.ForwardRef, str)) else b)
            for b in branches
        ]
        # Polymorphic: pick by `object`
        if isinstance(value, dict) and isinstance(value.get("object"), str):
            target = resource(value["object"])
            for _raw, kind in resolved:
                if isinstance(kind, type) and kind is target:
                    return _check(value, kind, kind.__module__, where, enums)
        tries = [
            _check(value, kind if isinstance(kind, type) else raw, module, where, enums)
            for raw, kind in resolved
        ]
        if any(not t for t in tries):
            return []
        # report the branch that got furthest (most specific problems), not every branch
        deep = [t for t in tries if any(p.where != where for p in t)] or tries
        return min(deep, key=len)
    if value is None:
        return [Problem(where, "type", "null, but the field is not nullable")]
    if origin in _LITERALS:
        return (
            []
            if value in args
            else [Problem(where, "enum", f"{value!r} is not one of {args!r}")]
        )
    if origin in (list, list):
        if not isinstance(value, list):
            return [
                Problem(where, "type", f"expected array, got {type(value).__name__}")
            ]
        return [
            p
            for i, v in enumerate(value)
            for p in _check(v, args[0] if args else Any, module, f"{where}[{i}]", enums)
        ]
    if origin in (dict, dict):
        if not isinstance(value, dict):
            return [
                Problem(where, "type", f"expected object, got {type(value).__name__}")
            ]
        return [
            p
            for k, v in value.items()
            for p in _check(v, args[1] if args else Any, module, f"{where}.{k}", enums)
        ]
    if origin is UntypedStripeObject or note is UntypedStripeObject:
        if not isinstance(value, dict):
            return [
                Problem(where, "type", f"expected object, got {type(value).__name__}")
            ]
        return [
            p
            for k, v in value.items()
            for p in _check(v, args[0] if args else Any, module, f"{where}.{k}", enums)
        ]
    generic = origin if isinstance(origin, type) else note
    if isinstance(generic, type) and generic.__name__ in (
        "ListObject",
        "SearchResultObject",
    ):
        return check_list(value, args[0] if args else None, module, where, enums)
    if note is bool:
        return (
            []
            if isinstance(value, bool)
            else [
                Problem(where, "type", f"expected boolean, got {type(value).__name__}")
            ]
        )
    if note is int:
        return (
            []
            if isinstance(value, int) and not isinstance(value, bool)
            else [
                Problem(where, "type", f"expected integer, got {type(value).__name__}")
            ]
        )
    if note is float:
        return (
            []
            if isinstance(value, (int, float)) and not isinstance(value, bool)
            else [
                Problem(where, "type", f"expected number, got {type(value).__name__}")
            ]
        )
    if note is str:
        return (
            []
            if isinstance(value, str)
            else [
                Problem(where, "type", f"expected string, got {type(value).__name__}")
            ]
        )
    if isinstance(note, type) and note.__name__ == "Decimal":
        return (
            []
            if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value)
            else [Problem(where, "type", "expected a decimal string")]
        )
    if isinstance(note, type) and issubclass(note, StripeObject):
        if not isinstance(value, dict):
            return [
                Problem(where, "type", f"expected object, got {type(value).__name__}")
            ]
        return _check_object(value, note, note.__module__, where, enums)
    return [Problem(where, "type", f"checker does not understand {note!r}")]


def check_keys(obj: Any, example: Any, where: str = "$") -> list[Problem]:
    """Keys an example object (say, one of Stripe's published fixtures) shows and ours lacks."""
    if (
        not isinstance(obj, dict)
        or not isinstance(example, dict)
        or obj.get("object") != example.get("object")
    ):
        return []
    out = [
        Problem(f"{where}.{k}", "missing", "the example object has this key")
        for k in example
        if k not in obj
    ]
    for k, v in example.items():
        if k != "metadata" and isinstance(v, dict) and isinstance(obj.get(k), dict):
            out += check_keys(obj[k], v, f"{where}.{k}")
    return out
