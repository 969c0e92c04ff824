"""Events as a resource, and the endpoints that they are delivered to (stripe.md section 15)."""

from __future__ import annotations

from shared.sandbox import errors
from shared.sandbox.objects import page, render
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge_metadata

_MOST_ENDPOINTS = 16


def retrieve_event(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One event, frozen as it was."""
    return render(act, act.get("event", ids["id"]))


def list_events(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Events, newest first; `type` may hold `*`, `types` at most twenty, never both."""
    conditions: list[tuple[str, list[object]]] = []
    if "type" in params and "types" in params:
        raise errors.ApiError(
            400, "You may only specify one of these parameters: type, types.", param="type", stored=False
        )
    if len(params.get("types", [])) > 20:
        raise errors.ApiError(400, "You may pass at most 20 event types.", param="types", stored=False)
    if "type" in params:
        conditions.append(("json_extract(body, '$.type') GLOB ?", [params["type"]]))
    if params.get("types"):
        marks = ", ".join("?" * len(params["types"]))
        conditions.append((f"json_extract(body, '$.type') IN ({marks})", list(params["types"])))
    if "delivery_success" in params:
        state = "IN" if not params["delivery_success"] else "NOT IN"
        conditions.append((f"id {state} (SELECT event FROM deliveries WHERE state != 'done')", []))
    return page(act, "event", "/v1/events", params, conditions=conditions)


def create_endpoint(act: Act, ids: dict[str, str], params: Json) -> Json:
    """A new endpoint; its secret is told in this answer and never again."""
    count = len(act.store.select("platform = ? AND object = 'webhook_endpoint'", [act.platform]))
    if count >= _MOST_ENDPOINTS:
        raise errors.ApiError(400, f"You have reached the maximum of {_MOST_ENDPOINTS} test webhook endpoints.")
    _check_url(params["url"])
    secret = f"whsec_{act.world.token(32)}"
    doc = add_endpoint(act, params, secret)
    return {**doc.body, "secret": secret}


def add_endpoint(act: Act, params: Json, secret: str) -> Document:
    """An endpoint with this secret."""
    return act.add(
        {
            "id": act.world.id("we"), "object": "webhook_endpoint", "api_version": params.get("api_version"),
            "application": None, "created": act.now, "description": params.get("description") or None,
            "enabled_events": list(params["enabled_events"]), "livemode": False,
            "metadata": merge_metadata({}, params.get("metadata") or {}), "status": "enabled", "url": params["url"],
        },
        connect=bool(params.get("connect", False)), secrets=[{"secret": secret, "expires": None}],
    )  # fmt: skip


def _check_url(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise errors.ApiError(
            400, "Invalid URL: An explicit scheme (such as https) must be provided.", code="url_invalid", param="url"
        )


def retrieve_endpoint(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One endpoint."""
    return _endpoint(act, ids).body


def _endpoint(act: Act, ids: dict[str, str]) -> Document:
    doc = act.find("webhook_endpoint", ids["webhook_endpoint"])
    if doc is None:
        raise errors.no_such("webhook endpoint", ids["webhook_endpoint"], "webhook_endpoint")
    return doc


def update_endpoint(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Change an endpoint; disabling it stops retries."""
    doc = _endpoint(act, ids)
    if "url" in params:
        _check_url(params["url"])
        doc.body["url"] = params["url"]
    if "enabled_events" in params:
        doc.body["enabled_events"] = list(params["enabled_events"])
    if "description" in params:
        doc.body["description"] = params["description"] or None
    if "metadata" in params:
        doc.body["metadata"] = merge_metadata(doc.body["metadata"], params["metadata"])
    if "disabled" in params:
        doc.body["status"] = "disabled" if params["disabled"] else "enabled"
    act.store.save(doc)
    if doc.body["status"] == "disabled":
        _stop(act, doc)
    return doc.body


def delete_endpoint(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Take an endpoint away, and with it what was still to be delivered."""
    doc = _endpoint(act, ids)
    _stop(act, doc)
    act.store.delete(doc)
    return {"id": doc.id, "object": "webhook_endpoint", "deleted": True}


def _stop(act: Act, doc: Document) -> None:
    act.store.db.execute("UPDATE deliveries SET state = 'failed' WHERE endpoint = ? AND state = 'due'", (doc.id,))


def list_endpoints(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Endpoints, newest first."""
    return page(act, "webhook_endpoint", "/v1/webhook_endpoints", params)
