"""How the control page leads from object to object: ids in JSON, relations, events about one."""

from __future__ import annotations

import json
import re
from collections.abc import Sized
from typing import Any

from markupsafe import Markup, escape

from shared.sandbox import control_rows
from shared.sandbox.control_base import is_number
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

_ID = re.compile(r"[a-z][a-z0-9]{0,11}(?:_[a-z]{2,7})?_[A-Za-z0-9]{8,}")
# References are looked for among the newest objects alone, so that a page costs the same in a large
# store.
_RECENT = 20_000


def about(act: Act, id: str) -> list[Json]:
    """The newest events about one object."""
    where, args = control_rows.scopes(act)
    found = act.store.select(
        f"seq > {_floor(act)} AND {where} AND object = 'event' AND instr(body, ?)",
        [*args, f'"id":"{id}"'],
        order="seq DESC",
        limit=60,
    )
    return [
        control_rows.told(act, doc)
        for doc in found
        if doc.body["data"]["object"].get("id") == id
    ][:20]


def related(act: Act, doc: Document) -> list[control_rows.Row]:
    """Objects that this one names, and recent ones that name it."""
    where, args = control_rows.scopes(act)
    sql = (
        f"SELECT seq FROM docs WHERE seq > {_floor(act)} AND {where} AND object != 'event' AND "
        "instr(body, ?) ORDER BY seq LIMIT 40"
    )
    rows = act.store.rows(sql, *args, f'"{doc.id}"')
    named = sorted(_ids_in(doc.body) - {doc.id})
    rows += act.store.rows(
        f"SELECT seq FROM docs WHERE platform = ? AND id IN ({_marks(named)})",
        act.platform,
        *named,
    )
    seqs = {seq for (seq,) in rows} - {doc.seq}
    found = act.store.select(f"seq IN ({_marks(seqs)})", [*seqs], order="seq DESC")
    return [control_rows.row(act, other) for other in found]


def _marks(values: Sized) -> str:
    """A question mark for each of them."""
    return ",".join("?" * len(values))


def _floor(act: Act) -> int:
    newest = act.store.value("SELECT max(seq) FROM docs") or 0
    return int(newest) - _RECENT


def _ids_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(_ids_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(_ids_in, value))
    is_id = isinstance(value, str) and _ID.fullmatch(value)
    return {value} if is_id else set()


def pretty(act: Act, body: Any) -> Markup:
    """JSON as people read it; ids of objects that exist lead to them."""
    named = sorted(_ids_in(body))[:500]
    sql = f"SELECT id FROM docs WHERE platform = ? AND id IN ({_marks(named)})"
    rows = act.store.rows(sql, act.platform, *named)
    known = {id for (id,) in rows}
    return _marked(body, known, "")


def _marked(
    value: Any,
    known: set[str],
    indent: str,
) -> Markup:
    inner = indent + "  "
    if isinstance(value, dict) and value:
        parts = [
            Markup('{}<span class="key">{}</span>: {}').format(
                inner, json.dumps(name), _marked(item, known, inner)
            )
            for name, item in value.items()
        ]
        return Markup("{{\n{}\n{}}}").format(Markup(",\n").join(parts), indent)
    if isinstance(value, list) and value:
        items = [_marked(item, known, inner) for item in value]
        parts = [Markup("{}{}").format(inner, item) for item in items]
        return Markup("[\n{}\n{}]").format(Markup(",\n").join(parts), indent)
    if isinstance(value, str) and value in known:
        return Markup('"<a href="/control/object/{}">{}</a>"').format(value, value)
    kind = "number" if is_number(value) else "word"
    if isinstance(value, str):
        kind = "string"
    return Markup('<span class="{}">{}</span>').format(
        kind, escape(json.dumps(value, ensure_ascii=False))
    )
