"""How the control page leads from object to object: ids in JSON, relations, events about one."""

from __future__ import annotations

import json
import re
from typing import Any

from markupsafe import Markup, escape

from shared.sandbox import control_rows
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
    seqs = {seq for (seq,) in act.store.db.execute(sql, [*args, f'"{doc.id}"'])}
    named = sorted(_ids_in(doc.body) - {doc.id})
    seqs |= {
        seq
        for (seq,) in act.store.db.execute(
            f"SELECT seq FROM docs WHERE platform = ? AND id IN ({','.join('?' * len(named))})",
            [act.platform, *named],
        )
    }
    found = act.store.select(
        f"seq IN ({','.join('?' * len(seqs))})", [*seqs], order="seq DESC"
    )
    return [control_rows.row(act, other) for other in found if other.seq != doc.seq]


def _floor(act: Act) -> int:
    newest = act.store.db.execute("SELECT max(seq) FROM docs").fetchone()[0] or 0
    return int(newest) - _RECENT


def _ids_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return (
            set().union(*(_ids_in(inner) for inner in value.values()))
            if value
            else set()
        )
    if isinstance(value, list):
        return set().union(*(_ids_in(inner) for inner in value)) if value else set()
    return {value} if isinstance(value, str) and _ID.fullmatch(value) else set()


def pretty(act: Act, body: Any) -> Markup:
    """JSON as people read it; ids of objects that exist lead to them."""
    named = sorted(_ids_in(body))[:500]
    sql = f"SELECT id FROM docs WHERE platform = ? AND id IN ({','.join('?' * len(named))})"
    known = {id for (id,) in act.store.db.execute(sql, [act.platform, *named])}
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
        parts = [
            Markup("{}{}").format(inner, _marked(item, known, inner)) for item in value
        ]
        return Markup("[\n{}\n{}]").format(Markup(",\n").join(parts), indent)
    if isinstance(value, str) and value in known:
        return Markup('"<a href="/control/object/{}">{}</a>"').format(value, value)
    kind = (
        "string"
        if isinstance(value, str)
        else "number"
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else "word"
    )
    return Markup('<span class="{}">{}</span>').format(
        kind, escape(json.dumps(value, ensure_ascii=False))
    )
