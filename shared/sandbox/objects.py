"""Objects on their way out: what changes with time is filled in, `expand` is followed, lists are cut into pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from shared.sandbox import errors
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

# object -> expandable path -> object found there ("*": whatever the id names; "[x]": a list of x, absent unless asked for)
EXPANDABLE: dict[str, dict[str, str]] = {
    "account": {},
    "account_link": {},
    "login_link": {},
    "application_fee": {
        "account": "account", "application": "application", "balance_transaction": "balance_transaction",
        "charge": "charge", "originating_transaction": "charge",
    },
    "balance": {},
    "balance_settings": {},
    "balance_transaction": {"source": "*"},
    "capability": {"account": "account"},
    "charge": {
        "application": "application", "application_fee": "application_fee", "balance_transaction": "balance_transaction",
        "customer": "customer", "failure_balance_transaction": "balance_transaction", "on_behalf_of": "account",
        "payment_intent": "payment_intent", "refunds": "[refund]", "review": "review", "source_transfer": "transfer",
        "transfer": "transfer", "transfer_data.destination": "account",
    },
    "customer": {
        "default_source": "*", "invoice_settings.default_payment_method": "payment_method", "test_clock": "test_clock",
    },
    "event": {},
    "payment_intent": {
        "application": "application", "customer": "customer", "latest_charge": "charge", "on_behalf_of": "account",
        "payment_method": "payment_method", "review": "review", "source": "*", "transfer_data.destination": "account",
    },
    "payment_method": {"customer": "customer"},
    "transfer": {
        "balance_transaction": "balance_transaction", "destination": "account", "destination_payment": "charge",
        "source_transaction": "charge",
    },
    "webhook_endpoint": {},
}  # fmt: skip
_DEPTH = 4


def render(act: Act, doc: Document) -> Json:
    """The body as the API shows it now."""
    hook = _RENDER.get(doc.body["object"])
    return hook(act, doc) if hook else doc.body


def _render_transaction(act: Act, doc: Document) -> Json:
    status = "available" if doc.body["available_on"] <= act.now else "pending"
    return {**doc.body, "status": status}


def _render_event(act: Act, doc: Document) -> Json:
    sql = "SELECT count(*) FROM deliveries WHERE event = ? AND state = 'due'"
    return {**doc.body, "pending_webhooks": act.store.db.execute(sql, (doc.id,)).fetchone()[0]}


_RENDER: dict[str, Callable[[Act, Document], Json]] = {
    "balance_transaction": _render_transaction,
    "event": _render_event,
}


def check_expand(returns: str, paths: list[str]) -> None:
    """Refuse a path that leads nowhere, before anything is done (stripe.md section 2)."""
    for path in paths:
        rest, kind, depth = path.split("."), returns, 0
        if kind.startswith("list:"):
            if rest[0] != "data":
                raise errors.not_expandable(path)
            kind, rest = kind[5:], rest[1:] or [""]
        while rest and kind != "*":
            step = _step(kind, rest)
            if step is None or depth == _DEPTH:
                raise errors.not_expandable(path)
            length, kind = step
            rest, depth = rest[length:], depth + 1
            if kind.startswith("["):
                kind, rest = kind[1:-1], rest[1:] if rest[:1] == ["data"] else rest


def _step(kind: str, parts: list[str]) -> tuple[int, str] | None:
    table = EXPANDABLE.get(kind, {})
    for length in (1, 2):
        if (found := table.get(".".join(parts[:length]))) is not None:
            return length, found
    return None


def expand(act: Act, body: Json, paths: list[str]) -> Json:
    """The body with the objects that `paths` name in place of their ids; null stays null."""
    for path in paths:
        parts = path.split(".")
        if body.get("object") == "list":
            for index, item in enumerate(body["data"]):
                body["data"][index] = _expand_at(act, dict(item), parts[1:], path)
        else:
            body = _expand_at(act, dict(body), parts, path)
    return body


def _expand_at(act: Act, body: Json, parts: list[str], path: str) -> Json:
    if not parts:
        return body
    step = _step(body["object"], parts)
    if step is None:
        raise errors.not_expandable(path)
    length, kind = step
    holder = body
    for part in parts[: length - 1]:
        if holder.get(part) is None:
            return body
        holder[part] = dict(holder[part])
        holder = holder[part]
    name, rest = parts[length - 1], parts[length:]
    if kind.startswith("["):
        holder[name] = holder.get(name) or _empty_list(f"/v1/{body['object']}s/{body['id']}/{name}")
        return body
    value = holder.get(name)
    if isinstance(value, str):
        found = act.store.find(act.platform, value)
        value = dict(render(act, found)) if found else value
    if isinstance(value, dict):
        holder[name] = _expand_at(act, value, rest, path)
    return body


def _empty_list(url: str) -> Json:
    return {"object": "list", "data": [], "has_more": False, "url": url}


def page(act: Act, object: str, url: str, params: Json, *, facets: dict[str, Any] | None = None,
         conditions: Iterable[tuple[str, list[Any]]] = ()) -> Json:  # fmt: skip
    """One page of a list, newest first (stripe.md section 2).

    `ending_before` gives the rows just newer than the cursor; an unknown cursor answers like a missing object.
    """
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        message = f"This value must be {'greater than or equal to 1' if limit < 1 else 'less than or equal to 100'} (it currently is '{limit}')."
        raise errors.ApiError(400, message, param="limit", code="parameter_invalid_integer", stored=False)
    where = "scope = ? AND platform = ? AND object = ?"
    args: list[Any] = [act.scope, act.platform, object]
    for name, value in (facets or {}).items():
        where += " AND seq IN (SELECT seq FROM facets WHERE scope = ? AND object = ? AND name = ? AND value = ?)"
        args += [act.scope, object, name, value]
    for condition, values in conditions:
        where, args = f"{where} AND {condition}", [*args, *values]
    where, args = _created(where, args, params.get("created"))
    backwards = "ending_before" in params
    if backwards and "starting_after" in params:
        message = "You cannot parameterize both starting_after and ending_before; please specify only one."
        raise errors.ApiError(400, message, param="starting_after", stored=False)
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            cursor = act.find(object, params[name])
            if cursor is None:
                raise errors.no_such_reference(object, params[name], name)
            where, args = f"{where} AND seq {sign} ?", [*args, cursor.seq]
    found = act.store.select(where, args, order="seq" if backwards else "seq DESC", limit=limit + 1)
    data = [render(act, doc) for doc in found[:limit]]
    if backwards:
        data.reverse()
    return {"object": "list", "url": url, "has_more": len(found) > limit, "data": data}


_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def _created(where: str, args: list[Any], created: Any) -> tuple[str, list[Any]]:
    if isinstance(created, int):
        return where + " AND created = ?", [*args, created]
    for name, moment in (created or {}).items():
        where, args = f"{where} AND created {_COMPARISONS[name]} ?", [*args, moment]
    return where, args
