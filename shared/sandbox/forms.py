"""Stripe's bracketed form encoding, read into nested objects and arrays whose leaves stay
strings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

# Maps with keys of the caller's own choosing: metadata[7]=x is a key, never an index.
_FREE_MAPS = frozenset({"metadata"})
# what lies deeper stays in the last name, which then is unknown: no parameter of Stripe's has so
# many levels
_DEEPEST = 12
_LONGEST_INDEX = 6


def decode(body: str) -> dict[str, Any]:
    """Both `a[]=1&a[]=2` and `a[0]=1&a[1]=2` are the array that they mean (stripe-facts 1.3)."""
    return nested(pairs(body))


def pairs(body: str) -> list[tuple[str, str]]:
    """Names and values as they came."""
    return parse_qsl(body, keep_blank_values=True)


def nested(
    given: Iterable[tuple[str, str]],
) -> dict[str, Any]:
    """What the brackets in the names mean."""
    root: dict[str, Any] = {}
    for key, value in given:
        _place(root, key, value)
    return _folded(root)


def _place(
    root: dict[str, Any],
    key: str,
    value: str,
) -> None:
    head, bracket, rest = key.partition("[")
    parts = (
        [
            head,
            *rest.removesuffix("]").split("][", _DEEPEST),
        ]
        if bracket
        else [head]
    )
    node = root
    for part in parts[:-1]:
        child = node.get(part or str(len(node)))
        if not isinstance(child, dict):
            child = node[part or str(len(node))] = {}
        node = child
    node[parts[-1] or str(len(node))] = value


def _fold(name: str, node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    folded = _folded(node)
    if folded and name not in _FREE_MAPS and all(map(_is_index, folded)):
        return [folded[key] for key in sorted(folded, key=int)]
    return folded


def _folded(node: dict[str, Any]) -> dict[str, Any]:
    return {name: _fold(name, inner) for name, inner in node.items()}


def _is_index(key: str) -> bool:
    return key.isdecimal() and len(key) <= _LONGEST_INDEX
