"""Objects on their way out: what changes with time is filled in, `expand` is followed, lists are
cut into pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from shared.sandbox import errors
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act


def render(act: Act, doc: Document) -> Json:
    """The body as the API shows it now."""
    hook = _RENDER.get(doc.body["object"])
    return hook(act, doc) if hook else doc.body


def _render_transaction(act: Act, doc: Document) -> Json:
    return {**doc.body, "status": _status(act, doc.body)}


def _render_dispute(act: Act, doc: Document) -> Json:
    rows = doc.body["balance_transactions"]
    told = [{**row, "status": _status(act, row)} for row in rows]
    return {**doc.body, "balance_transactions": told}


def _status(act: Act, row: Json) -> str:
    return "available" if row["available_on"] <= act.now else "pending"


def _render_fraud_warning(act: Act, doc: Document) -> Json:
    """It calls for action until the charge is disputed or wholly refunded (SDK)."""
    charge = act.find("charge", doc.body["charge"])
    settled = charge is not None and (
        charge.body["disputed"] or charge.body["refunded"]
    )
    return {**doc.body, "actionable": not settled}


def _render_event(act: Act, doc: Document) -> Json:
    sql = "SELECT count(*) FROM deliveries WHERE event = ? AND state = 'due'"
    return {**doc.body, "pending_webhooks": act.store.value(sql, doc.id)}


def _render_deleted(act: Act, doc: Document) -> Json:
    """What is kept of an object so that nobody else finds it, as the API shows it (stripe-facts
    2).
    """
    return {
        "id": doc.id,
        "object": doc.body["object"].removeprefix("deleted_"),
        "deleted": True,
    }


_RENDER: dict[str, Callable[[Act, Document], Json]] = {
    "balance_transaction": _render_transaction,
    "deleted_customer": _render_deleted,
    "dispute": _render_dispute,
    "event": _render_event,
    "radar.early_fraud_warning": _render_fraud_warning,
}


def empty_list(url: str) -> Json:
    """A list inside an object that nothing is in yet."""
    return {"object": "list", "data": [], "has_more": False, "url": url}


def given(params: Json, *names: str) -> dict[str, Any]:
    """Of these filters, those that the caller sent."""
    return {name: params[name] for name in names if name in params}


def page(
    act: Act,
    object: str,
    url: str,
    params: Json,
    *,
    facets: dict[str, Any] | None = None,
    conditions: Iterable[tuple[str, list[Any]]] = (),
) -> Json:
    """One page of a list, newest first (stripe-facts 2.3).

    `ending_before` gives the rows just newer than the cursor; an unknown cursor answers like a
    missing object.
    """
    limit = _limit(params)
    where = "scope = ? AND platform = ? AND object = ?"
    args: list[Any] = [act.scope, act.platform, object]
    for name, value in (facets or {}).items():
        where += f" AND {_OF_FACET}"
        args += [act.scope, object, name, value]
    for condition, values in conditions:
        where, args = f"{where} AND {condition}", [*args, *values]
    where, args = _created(where, args, params.get("created"))
    for sign, cursor in _cursors(act, object, params):
        where, args = f"{where} AND seq {sign} ?", [*args, cursor.seq]
    backwards = "ending_before" in params
    order = "seq" if backwards else "seq DESC"
    found = act.store.select(where, args, order=order, limit=limit + 1)
    data = [render(act, doc) for doc in found[:limit]]
    if backwards:
        data.reverse()
    return {
        "object": "list",
        "url": url,
        "has_more": len(found) > limit,
        "data": data,
    }


_OF_FACET = (
    "seq IN (SELECT seq FROM facets WHERE scope = ? AND object = ? AND "
    "name = ? AND value = ?)"
)


def _limit(params: Json) -> int:
    limit = int(params.get("limit", 10))
    if 1 <= limit <= 100:
        return limit
    bound = "greater than or equal to 1" if limit < 1 else "less than or equal to 100"
    message = f"This value must be {bound} (it currently is '{limit}')."
    code = "parameter_invalid_integer"
    raise errors.ApiError(400, message, param="limit", code=code, stored=False)


def _cursors(
    act: Act,
    object: str,
    params: Json,
) -> Iterator[tuple[str, Document]]:
    """The object that a page begins after or ends before, and how its rows compare with it."""
    if "starting_after" in params and "ending_before" in params:
        message = (
            "You cannot parameterize both starting_after and ending_before; please specify only "
            "one."
        )
        raise errors.ApiError(400, message, param="starting_after", stored=False)
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            cursor = act.find(object, params[name])
            if cursor is None:
                raise errors.no_such(object, params[name], name)
            yield sign, cursor


_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def _created(
    where: str,
    args: list[Any],
    created: Any,
) -> tuple[str, list[Any]]:
    if isinstance(created, int):
        return where + " AND created = ?", [*args, created]
    for name, moment in (created or {}).items():
        where, args = f"{where} AND created {_COMPARISONS[name]} ?", [*args, moment]
    return where, args
