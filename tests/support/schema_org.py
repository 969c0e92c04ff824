"""Whether a document in JSON-LD says what schema.org knows: types, their properties, what those
hold (vendor/schema_org.json, whose source and licence stand in it).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_TERMS = json.loads((Path(__file__).parent / "vendor" / "schema_org.json").read_text())
SCHEMA = "https://schema.org/"
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


_OF_TEXT = {
    "Text": lambda _: True,
    "URL": _is_address,
    "Number": lambda value: bool(_NUMBER.fullmatch(value)),
    "Date": _is_date,
}


def problems(document: Any) -> list[str]:
    """What is wrong with a document, in words; nothing where it is right."""
    if document.get("@context") != SCHEMA.rstrip("/"):
        return ["the context is not schema.org's"]
    body = {key: value for key, value in document.items() if key != "@context"}
    return list(_of_thing(body, "the document"))


def _of_thing(thing: dict[str, Any], where: str) -> Iterator[str]:
    kind = thing.get("@type")
    kinds = _TERMS["types"].get(kind)
    if kinds is None:
        yield f"{where}: {kind!r} is no type that is known here"
        return
    for name, value in thing.items():
        if name == "@type":
            continue
        known = _TERMS["properties"].get(name)
        if known is None or not set(kinds) & set(known["of"]):
            yield f"{where}: {kind} has no property {name}"
            continue
        for one in value if isinstance(value, list) else [value]:
            yield from _of_value(one, known["holds"], f"{where}.{name}")


def _of_value(value: Any, holds: list[str], where: str) -> Iterator[str]:
    if isinstance(value, dict) and value.keys() == {"@id"}:
        # Something that is told elsewhere.
        if not _is_address(str(value["@id"])):
            yield f"{where}: {value} names nothing"
    elif isinstance(value, dict):
        if not set(_TERMS["types"].get(value.get("@type"), ())) & set(holds):
            yield f"{where}: holds {' or '.join(holds)}, not {value.get('@type')!r}"
        yield from _of_thing(value, where)
    elif isinstance(value, bool):
        if "Boolean" not in holds:
            yield f"{where}: holds {' or '.join(holds)}, not {value!r}"
    elif isinstance(value, int | float):
        if not {"Number", "Integer", "Float"} & set(holds):
            yield f"{where}: holds {' or '.join(holds)}, not {value!r}"
    elif not value or not any(_fits(str(value), one) for one in holds):
        yield f"{where}: holds {' or '.join(holds)}, not {value!r}"


def _fits(value: str, kind: str) -> bool:
    members = _TERMS["members"].get(kind)
    if members is not None:
        return value.removeprefix(SCHEMA) in members and value.startswith(SCHEMA)
    check = _OF_TEXT.get(kind)
    return check is not None and check(value)
