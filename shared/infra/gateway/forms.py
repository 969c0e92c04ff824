"""Parameters as the SDK writes them, into the body of a request or behind its address.

Its own encoder is private. What it sends is compared with this by tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import quote_plus

_BARE = "[]"  # which Stripe reads as they are
_Pairs: TypeAlias = list[tuple[str, str]]


class Unwritable(Exception):
    """A kind of value that the SDK may know, and we do not."""


def form_of(params: Mapping[str, Any]) -> str:
    """One form. Raises Unwritable."""
    pairs: _Pairs = []
    for name, value in params.items():
        _write(name, value, pairs)
    written = [
        f"{quote_plus(name, _BARE)}={quote_plus(value, _BARE)}" for name, value in pairs
    ]
    return "&".join(written)


def _write(name: str, value: Any, pairs: _Pairs) -> None:
    kind = type(value)
    if kind is str or kind is int:
        pairs.append((name, str(value)))
    elif kind is bool:
        pairs.append((name, "true" if value else "false"))
    elif kind is dict:
        for key, inner in value.items():
            _write(f"{name}[{key}]", inner, pairs)
    elif kind is list:
        _write_items(name, value, pairs)
    elif value is not None:
        raise Unwritable(name)


def _write_items(name: str, items: list[Any], pairs: _Pairs) -> None:
    for number, item in enumerate(items):
        if type(item) not in (str, int, dict):
            raise Unwritable(name)  # the SDK writes True and None as Python does
        _write(f"{name}[{number}]", item, pairs)
