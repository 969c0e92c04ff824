"""The endpoints that events are delivered to (stripe-facts 15)."""

from __future__ import annotations

from shared.sandbox import addresses, errors
from shared.sandbox.objects import page
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, merge_metadata

_MOST_ENDPOINTS = 16


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A new endpoint; its secret is told in this answer and never again."""
    where = "platform = ? AND object = 'webhook_endpoint'"
    known = act.store.select(where, [act.platform])
    if len(known) >= _MOST_ENDPOINTS:
        most = f"the maximum of {_MOST_ENDPOINTS} test webhook endpoints"
        raise errors.ApiError(400, f"You have reached {most}.")
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


def retrieve(
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


def update(
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


def delete(
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


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Endpoints, newest first."""
    return page(act, "webhook_endpoint", "/v1/webhook_endpoints", params)
