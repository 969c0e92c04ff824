"""Checks decoded parameters against `shapes.json` and turns their leaves into integers, booleans
and strings.

The file's notation is explained where it is written: tests/sandbox/shapes.py.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from shared.sandbox import errors
from shared.sandbox.multipart import Upload

MOST_METADATA = 50
_INTEGER = re.compile(r"-?\d{1,18}\Z")


@cache
def _file() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (Path(__file__).parent / "shapes.json").read_text()
    )
    return loaded


def read(
    route: str,
    params: dict[str, Any],
    extra: dict[str, Any],
) -> dict[str, Any]:
    """The parameters of one route with typed leaves, or the error that Stripe answers (stripe-facts
    3).

    Unknown names are reported first and all together, then missing ones, then the first value of a
    wrong type.
    """
    shape = _file().get(route, {})
    if extra:
        shape = _merged(shape, extra)
    if unknown := list(_unknown(shape, params, "")):
        raise errors.unknown_params(unknown)
    typed: dict[str, Any] = _read_object(shape, params, "")
    return typed


def _merged(
    shape: dict[str, Any],
    extra: dict[str, Any],
) -> dict[str, Any]:
    out = dict(shape)
    for key, value in extra.items():
        name, _, _ = _key(key)
        old = next(
            (k for k in out if _key(k)[0] == name),
            None,
        )
        both = (
            old is not None
            and isinstance(value, dict)
            and isinstance(out[old], dict)
            and not {"any", "*"} & set(out[old])
        )
        if both and old:
            out[old] = _merged(out[old], value)
        else:
            out[old or key] = value
    return out


@cache
def _key(text: str) -> tuple[str, bool, bool]:
    """Name, required, clearable."""
    return text.rstrip("!?"), "!" in text, "?" in text


Shape = dict[str, Any]
Fields = dict[str, tuple[Any, bool, bool]]


def _fields(shape: Shape) -> Fields:
    """Name -> shape, required, clearable; kept per shape because the file never changes while we
    run.
    """
    found = _FIELDS.get(id(shape))
    if found is None or found[0] is not shape:
        fields = {}
        for text, inner in shape.items():
            name, required, clearable = _key(text)
            fields[name] = (inner, required, clearable)
        found = _FIELDS[id(shape)] = (shape, fields)
    return found[1]


_FIELDS: dict[int, tuple[Shape, Fields]] = {}


def _name(where: str, part: str) -> str:
    return f"{where}[{part}]" if where else part


def _unknown(
    shape: Any,
    value: Any,
    where: str,
) -> list[str]:
    if isinstance(shape, list) and isinstance(value, list):
        named = {str(place): inner for place, inner in enumerate(value)}
        return _all_unknown(shape[0], named, where)
    if not isinstance(shape, dict) or not isinstance(value, dict):
        return []
    if "*" in shape:
        return _all_unknown(shape["*"], value, where)
    if "any" in shape:
        shapes = [one for one in shape["any"] if isinstance(one, dict)]
        tries = [_unknown(one, value, where) for one in shapes]
        return min(tries, key=len, default=[])
    fields = _fields(shape)
    found: list[str] = []
    for key, inner in value.items():
        if key not in fields:
            found.append(_name(where, key))
        elif isinstance(inner, (dict, list)):
            found += _unknown(
                fields[key][0],
                inner,
                _name(where, key),
            )
    return found


def _all_unknown(
    shape: Any,
    named: dict[str, Any],
    where: str,
) -> list[str]:
    """The same of several values of one shape."""
    found: list[str] = []
    for name, value in named.items():
        found += _unknown(shape, value, _name(where, name))
    return found


def _read(shape: Any, value: Any, where: str) -> Any:
    if isinstance(shape, str):
        return _read_leaf(shape, value, where)
    if isinstance(shape, list):
        if value == "":
            return []
        if not isinstance(value, list):
            raise errors.invalid_shape(where, "array")
        return [
            _read(
                shape[0],
                v,
                _name(where, str(i)),
            )
            for i, v in enumerate(value)
        ]
    if "any" in shape:
        return _read_any(shape["any"], value, where)
    if not isinstance(value, dict):
        raise errors.invalid_shape(where, "object")
    if "*" in shape:
        return {
            name: _read_entry(shape["*"], inner, _name(where, name))
            for name, inner in value.items()
        }
    return _read_object(shape, value, where)


def _read_entry(shape: Any, value: Any, where: str) -> Any:
    """One value of a free map; an empty string takes it out."""
    return "" if value == "" else _read(shape, value, where)


def _read_object(
    shape: dict[str, Any],
    value: dict[str, Any],
    where: str,
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, (inner, required, clearable) in _fields(shape).items():
        if name not in value:
            if required:
                raise errors.missing_param(_name(where, name))
        elif value[name] == "" and (clearable or _clears(inner)):
            out[name] = ""
        elif value[name] == "":
            raise errors.empty_param(_name(where, name))
        else:
            out[name] = _read(
                inner,
                value[name],
                _name(where, name),
            )
            if name == "metadata":
                check_metadata(out[name], _name(where, name))
    return out


def check_metadata(given: dict[str, str], where: str) -> None:
    """Section 2, for every route: keys up to 40 characters and without brackets, values up to
    500.
    """
    for key, value in given.items():
        if len(key) > 40:
            raise errors.bad_metadata(
                where,
                (
                    f"Metadata keys can have up to 40 characters, but you passed in '{key[:60]}', "
                    f"which is {len(key)} characters."
                ),
            )
        if "[" in key or "]" in key:
            raise errors.bad_metadata(
                where, f"Metadata keys cannot contain square brackets: '{key}'."
            )
        if len(value) > 500:
            raise errors.bad_metadata(
                where,
                (
                    "Metadata values can have up to 500 characters, but you passed in a value "
                    f"that is {len(value)} characters. Invalid value: {value[:40]}..."
                ),
            )
    if len(given) > MOST_METADATA:
        raise errors.bad_metadata(
            where,
            f"Metadata can have up to {MOST_METADATA} keys, but you passed in {len(given)}.",
        )


def _clears(shape: Any) -> bool:
    """Strings, maps and arrays can be emptied everywhere."""
    return (
        shape == "string"
        or isinstance(shape, list)
        or (isinstance(shape, dict) and "*" in shape)
    )


def _read_any(
    branches: list[Any],
    value: Any,
    where: str,
) -> Any:
    failure: errors.ApiError | None = None
    for branch in branches:
        try:
            if not _unknown(branch, value, where):
                return _read(branch, value, where)
        except errors.ApiError as error:
            failure = failure or error
    raise failure or errors.invalid_shape(where, "object")


def _read_leaf(shape: str, value: Any, where: str) -> Any:
    if isinstance(value, Upload) != (shape == "file"):
        raise errors.invalid_shape(where, shape if shape == "file" else "string")
    if not isinstance(value, str):
        raise errors.invalid_shape(
            where, "string" if shape == "string" or shape[0] == "=" else shape
        )
    if shape in ("string", "file"):
        return value
    if shape == "integer":
        if not _INTEGER.match(value):
            raise errors.invalid_integer(where, value)
        return int(value)
    if shape == "boolean":
        if value not in ("true", "false"):
            raise errors.invalid_shape(where, f"boolean: {value}")
        return value == "true"
    if shape == "number":
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            raise errors.invalid_shape(where, f"decimal: {value}")
        return value
    choices = shape[1:].split("|")
    if value not in choices:
        raise errors.invalid_choice(where, choices)
    return value


def names_at(route: str, *path: str) -> frozenset[str]:
    """The names that an object among a route's parameters may hold; none where the path leads
    nowhere.
    """
    shape: Any = _file()[route]
    for part in path:
        fields = _fields(shape)
        if part not in fields:
            return frozenset()
        shape = fields[part][0]
    return frozenset(_fields(shape))
