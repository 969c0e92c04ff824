"""Events as a resource: what was told in the last thirty days (stripe-facts 15)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.sandbox import errors
from shared.sandbox.objects import page, render
from shared.sandbox.store import Json
from shared.sandbox.world import Act

_MOST_TYPES = 20
_TOLD_FOR = 30 * 86400
# Events of which some endpoint has not got the last that was sent to it.
_UNDELIVERED = (
    "SELECT event FROM deliveries d WHERE state != 'done' AND NOT EXISTS "
    "(SELECT 1 FROM deliveries WHERE event = d.event AND endpoint = d.endpoint AND id > d.id)"
)
_OF_TYPE = (
    "SELECT seq FROM facets WHERE scope = ? AND object = 'event' AND name = 'type'"
)

Condition = tuple[str, list[object]]  # in SQL, with its arguments


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One event, frozen as it was; after thirty days it is no longer told."""
    doc = act.get("event", ids["id"])
    if doc.body["created"] < act.now - _TOLD_FOR:
        raise errors.no_such("event", doc.id)
    return render(act, doc)


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Events of the last thirty days, newest first; `type` may hold `*`, `types` at most twenty,
    never both.
    """
    _check_types(params)
    conditions = _conditions(act, params)
    return page(act, "event", "/v1/events", params, conditions=conditions)


def _check_types(params: Json) -> None:
    if "type" in params and "types" in params:
        message = "You may only specify one of these parameters: type, types."
        raise errors.ApiError(400, message, param="type", stored=False)
    if len(params.get("types", [])) > _MOST_TYPES:
        message = f"You may pass at most {_MOST_TYPES} event types."
        raise errors.ApiError(400, message, param="types", stored=False)


def _conditions(act: Act, params: Json) -> Iterator[Condition]:
    yield "created >= ?", [act.now - _TOLD_FOR]
    if "type" in params:
        # Only `*` is special to Stripe; to SQLite `?` and `[` are as well.
        pattern = params["type"].replace("[", "[[]").replace("?", "[?]")
        yield f"seq IN ({_OF_TYPE} AND value GLOB ?)", [act.scope, pattern]
    if types := params.get("types"):
        marks = ", ".join("?" * len(types))
        yield f"seq IN ({_OF_TYPE} AND value IN ({marks}))", [act.scope, *types]
    if "delivery_success" in params:
        state = "NOT IN" if params["delivery_success"] else "IN"
        yield f"id {state} ({_UNDELIVERED})", []
