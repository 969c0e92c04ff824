"""Events as a resource, and the endpoints that they are delivered to (stripe-facts 15)."""

from __future__ import annotations

from shared.sandbox import addresses, errors
from shared.sandbox.objects import page, render
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, merge_metadata

_MOST_ENDPOINTS = 16
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


def retrieve_event(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One event, frozen as it was; after thirty days it is no longer told."""
    doc = act.get("event", ids["id"])
    if doc.body["created"] < act.now - _TOLD_FOR:
        raise errors.no_such("event", doc.id)
    return render(act, doc)


def list_events(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Events of the last thirty days, newest first; `type` may hold `*`, `types` at most twenty,
    never both.
    """
    conditions: list[tuple[str, list[object]]] = [
        ("created >= ?", [act.now - _TOLD_FOR])
    ]
    if "type" in params and "types" in params:
        raise errors.ApiError(
            400,
            "You may only specify one of these parameters: type, types.",
            param="type",
            stored=False,
        )
    if len(params.get("types", [])) > _MOST_TYPES:
        raise errors.ApiError(
            400,
            f"You may pass at most {_MOST_TYPES} event types.",
            param="types",
            stored=False,
        )
    if "type" in params:
        # Only `*` is special to Stripe; to SQLite `?` and `[` are as well.
        pattern = params["type"].replace("[", "[[]").replace("?", "[?]")
        conditions.append(
            (f"seq IN ({_OF_TYPE} AND value GLOB ?)", [act.scope, pattern])
        )
    if params.get("types"):
        marks = ", ".join("?" * len(params["types"]))
        conditions.append(
            (
                f"seq IN ({_OF_TYPE} AND value IN ({marks}))",
                [act.scope, *params["types"]],
            )
        )
    if "delivery_success" in params:
        state = "IN" if not params["delivery_success"] else "NOT IN"
        conditions.append((f"id {state} ({_UNDELIVERED})", []))
    return page(act, "event", "/v1/events", params, conditions=conditions)


def create_endpoint(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A new endpoint; its secret is told in this answer and never again."""
    count = len(
        act.store.select("platform = ? AND object = 'webhook_endpoint'", [act.platform])
    )
    if count >= _MOST_ENDPOINTS:
        raise errors.ApiError(
            400,
            f"You have reached the maximum of {_MOST_ENDPOINTS} test webhook endpoints.",
        )
    _check_url(params["url"])
    secret = f"whsec_{act.world.token(32)}"
    doc = add_endpoint(act, params, secret)
    return {**doc.body, "secret": secret}


def add_endpoint(act: Act, params: Json, secret: str) -> Document:
    """An endpoint with this secret."""
    return act.add(
        {
            "id": act.world.id("we"),
            "object": "webhook_endpoint",
            "api_version": params.get("api_version"),
            "application": None,
            "created": act.now,
            "description": params.get("description") or None,
            "enabled_events": list(params["enabled_events"]),
            "livemode": False,
            "metadata": merge_metadata({}, params.get("metadata") or {}),
            "status": "enabled",
            "url": params["url"],
        },
        connect=bool(params.get("connect", False)),
        secrets=[{"secret": secret, "expires": None}],
    )


def _check_url(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise errors.ApiError(
            400,
            "Invalid URL: An explicit scheme (such as https) must be provided.",
            code="url_invalid",
            param="url",
        )
    addresses.check(url, "url")


def retrieve_endpoint(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One endpoint."""
    return _endpoint(act, ids).body


def _endpoint(act: Act, ids: dict[str, str]) -> Document:
    doc = act.find("webhook_endpoint", ids["webhook_endpoint"])
    if doc is None:
        raise errors.no_such(
            "webhook endpoint", ids["webhook_endpoint"], "webhook_endpoint"
        )
    return doc


def update_endpoint(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Change an endpoint; disabling it stops retries."""
    doc = _endpoint(act, ids)
    if "url" in params:
        _check_url(params["url"])
        doc.body["url"] = params["url"]
    if "enabled_events" in params:
        doc.body["enabled_events"] = list(params["enabled_events"])
    if "description" in params:
        doc.body["description"] = params["description"] or None
    annotate(doc.body, params)
    if "disabled" in params:
        doc.body["status"] = "disabled" if params["disabled"] else "enabled"
    act.store.save(doc)
    if doc.body["status"] == "disabled":
        _stop(act, doc)
    return doc.body


def delete_endpoint(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Take an endpoint away, and with it what was still to be delivered."""
    doc = _endpoint(act, ids)
    _stop(act, doc)
    act.store.delete(doc)
    return {"id": doc.id, "object": "webhook_endpoint", "deleted": True}


def _stop(act: Act, doc: Document) -> None:
    act.store.db.execute(
        "UPDATE deliveries SET state = 'failed' WHERE endpoint = ? AND state = 'due'",
        (doc.id,),
    )


def list_endpoints(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Endpoints, newest first."""
    return page(act, "webhook_endpoint", "/v1/webhook_endpoints", params)
