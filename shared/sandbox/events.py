"""Events: made in the transaction of the fact they tell, frozen there, and addressed to the
endpoints that want them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from shared.sandbox.config import API_VERSION
from shared.sandbox.objects import render
from shared.sandbox.store import Document, Json
from shared.sandbox.world import (
    Act,
    annotate,
    application_of,
    differences,
    snapshot,
)

# Only sent to endpoints that name them, never to "*" (stripe-facts 15.5).
OPT_IN: frozenset[str] = frozenset({"payment.created"})


def emit(
    act: Act,
    type: str,
    doc: Document | Json,
    *,
    before: Json | None = None,
) -> None:
    """Record one event about an object and address it to every endpoint that listens.

    With `before`, `previous_attributes` tells what changed, and nothing is recorded when nothing
    did.
    """
    body = render(act, doc) if isinstance(doc, Document) else doc
    data: Json = {"object": body}
    if before is not None:
        data["previous_attributes"] = differences(before, body)
        if not data["previous_attributes"]:
            return
    event: Json = {
        "id": act.world.id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": act.now,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": act.request, "idempotency_key": act.idempotency_key},
        "type": type,
    }
    if act.scope != act.home:
        event["account"] = act.scope
    if type == "account.application.deauthorized":
        event["data"]["object"] = {
            "id": application_of(act.platform),
            "object": "application",
            "name": "Marketplace",
        }
    address(act, event)


def annotated(
    act: Act,
    doc: Document,
    params: Json,
    type: str,
) -> Json:
    """Write the caller's metadata into an object, and tell of it if that changed anything."""
    before = snapshot(doc)
    annotate(doc.body, params)
    act.store.save(doc)
    emit(act, type, doc, before=before)
    return doc.body


def address(
    act: Act,
    event: Json,
    *,
    again: bool = False,
) -> None:
    """Store an event (unless it is sent again) and one delivery for each endpoint that listens to
    it.
    """
    wanted = [e for e in endpoints(act) if listens(e, event)]
    if not again:
        event["pending_webhooks"] = len(wanted)
        act.add(event)
    for endpoint in wanted:
        act.store.due = True
        act.store.db.execute(
            (
                "INSERT INTO deliveries (platform, event, endpoint, due, played) VALUES (?, ?, ?, "
                "?, ?)"
            ),
            (
                act.platform,
                event["id"],
                endpoint.id,
                act.world.clock.now(),
                "resent" if again else "",
            ),
        )


def endpoints(act: Act) -> list[Document]:
    """The platform's webhook endpoints, enabled ones alone."""
    listeners = act.store.listeners
    if act.platform not in listeners:
        where = "platform = ? AND scope = ? AND object = 'webhook_endpoint'"
        found = act.store.select(where, [act.platform, act.home])
        enabled = [doc for doc in found if doc.body["status"] == "enabled"]
        listeners[act.platform] = enabled
    return listeners[act.platform]


def listens(endpoint: Document, event: Json) -> bool:
    """`connect` endpoints hear connected accounts alone, the others the platform alone
    (stripe-facts 15.1).
    """
    if bool(endpoint.hidden["connect"]) != ("account" in event):
        return False
    wanted: list[Any] = endpoint.body["enabled_events"]
    if event["type"] in wanted:
        return True
    return "*" in wanted and event["type"] not in OPT_IN


def matches(type: str, pattern: str) -> bool:
    """An event type against a filter, where `*` stands for anything."""
    return _pattern(pattern).fullmatch(type) is not None


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    parts = map(re.escape, text.split("*"))
    return re.compile(".*".join(parts))
