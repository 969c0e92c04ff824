"""Writes `shared/sandbox/shapes.json`: for each route that the stand-in serves, the parameters that
the SDK's types allow.

The stand-in never imports the SDK, so what it knows of parameters is data. `python -m
tests.sandbox.shapes` writes the file again after an SDK upgrade, and a test fails while file and
SDK differ. Notation, kept small so that a diff can be read: "string" "integer" "boolean" "number"
"file" | "=a|b" an enum | {..} an object | [x] an array | {"*": x} a map | {"any": [x, y]}; on a
key, "!" means required and "?" means that an empty string is accepted (it clears the field).
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_origin

import typing_extensions as te

from shared.sandbox.routes import ROUTES
from tests.sandbox.sdkspec import OPTION_KEYS, load, match

TARGET = Path(__file__).parents[2] / "shared" / "sandbox" / "shapes.json"
_LEAVES: dict[Any, str] = {
    str: "string",
    int: "integer",
    bool: "boolean",
    float: "number",
    datetime: "integer",
}
_LITERALS = (typing.Literal, te.Literal)
_UNIONS = (typing.Union, types.UnionType)

# What the SDK allows and the stand-in refuses as unknown, with the reason. A path ends with ".*"
# for "all but those named".
REFUSED: dict[str, tuple[frozenset[str], str]] = {
    "payment_method_data": (
        frozenset(
            {
                "type",
                "card",
                "billing_details",
                "metadata",
                "allow_redisplay",
                "radar_options",
            }
        ),
        "only cards are played; a payment method that cannot be played is refused loudly",
    ),
    "payment_method_options": (frozenset({"card"}), "only cards are played"),
}


def shape_of(note: Any, path: str) -> Any:
    """The shape of one annotation, without the markers that belong to its key."""
    origin, args = get_origin(note), get_args(note)
    if note is Any:
        return "file"  # the one thing that the SDK takes as it comes
    if note in _LEAVES:
        return _LEAVES[note]
    if origin in (te.NotRequired, te.Required, te.Annotated):
        return shape_of(args[0], path)
    if origin in _LITERALS:
        return "=" + "|".join(str(value) for value in args if value != "")
    if origin in _UNIONS:
        return _union([a for a in args if a is not type(None)], path)
    if origin is list:
        return [shape_of(args[0], path)]
    if origin is dict:
        return {"*": shape_of(args[1], path)}
    if typing.is_typeddict(note) or te.is_typeddict(note):
        return object_shape(note, path)
    if getattr(note, "__name__", "") == "Decimal":
        return "number"
    raise TypeError(f"{path}: no shape for {note!r}")


def _union(branches: list[Any], path: str) -> Any:
    branches = [
        b
        for b in branches
        if get_args(b) != ("",) and "UntypedStripeObject" not in str(b)
    ]
    literals = [b for b in branches if get_origin(b) in _LITERALS]
    if literals and str in branches:  # an open enum: a typo is an error
        branches.remove(str)
    shapes: list[Any] = []
    for branch in branches:
        shape = shape_of(branch, path)
        if shape not in shapes:
            shapes.append(shape)
    return shapes[0] if len(shapes) == 1 else {"any": shapes}


def _clearable(note: Any) -> bool:
    args = get_args(note)
    if get_origin(note) in _LITERALS:
        return "" in args
    return (
        any(_clearable(a) for a in args)
        if get_origin(note) in (*_UNIONS, te.NotRequired, te.Required)
        else False
    )


def object_shape(cls: Any, path: str = "") -> dict[str, Any]:
    """The shape of one TypedDict, its keys sorted and marked."""
    own = {
        name: note
        for name, note in cls.__annotations__.items()
        if path or name not in OPTION_KEYS
    }
    twin = te.TypedDict(cls.__name__, own)  # type: ignore[operator, misc]
    twin.__module__ = (
        cls.__module__
    )  # forward references resolve where the SDK wrote them
    hints = te.get_type_hints(twin, include_extras=True)
    kept, _ = REFUSED.get(path, (None, ""))
    out: dict[str, Any] = {}
    for name in sorted(hints):
        if kept is not None and name not in kept:
            continue
        note = hints[name]
        key = (
            name
            + ("" if get_origin(note) is te.NotRequired else "!")
            + ("?" if _clearable(note) else "")
        )
        out[key] = shape_of(note, f"{path}.{name}" if path else name)
    return out


def served() -> Iterator[tuple[str, str]]:
    """Method and template of each served route that the SDK knows."""
    for route in ROUTES:
        if match(route.method, route.template.format_map(_Placeholders())):
            yield route.method, route.template


class _Placeholders(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "x"


def shapes() -> dict[str, Any]:
    """Shapes of all served routes, keyed "METHOD /v1/template"."""
    found: dict[str, Any] = {}
    for method, template in served():
        route = match(method, template.format_map(_Placeholders()))
        assert route is not None
        found[f"{method} {template}"] = (
            object_shape(load(route.params)) if route.params else {}
        )
    return found


def rendered() -> str:
    """The file's text: one top-level line per route and parameter, so that an upgrade shows as a
    short diff.
    """
    lines = ["{"]
    routes = sorted(shapes().items())
    for index, (route, params) in enumerate(routes):
        lines.append(f' "{route}": {{')
        items = [
            f"  {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}"
            for k, v in params.items()
        ]
        lines.append(",\n".join(items))
        lines.append(" }" + ("," if index + 1 < len(routes) else ""))
    return "\n".join([*lines, "}"]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(rendered())
