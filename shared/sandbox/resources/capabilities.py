"""What a connected account may do, each ability an object of its own (stripe-facts 10)."""

from __future__ import annotations

from shared.sandbox import errors
from shared.sandbox.resources import accounts, capability_objects, requirements
from shared.sandbox.resources.connected import connected, reached
from shared.sandbox.shapes import names_at
from shared.sandbox.store import Json
from shared.sandbox.world import Act, snapshot


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """All capabilities that were ever asked for."""
    doc = reached(act, ids["account"])
    data = [
        capability_objects.capability(doc, name)
        for name in sorted(doc.hidden["capabilities"])
    ]
    return {
        "object": "list",
        "data": data,
        "has_more": False,
        "url": f"/v1/accounts/{doc.id}/capabilities",
    }


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One capability; a name that Stripe does not know is 404."""
    doc = reached(act, ids["account"])
    _known(ids["capability"])
    return capability_objects.capability(doc, ids["capability"])


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Request or drop one capability."""
    doc = connected(act, ids["account"])
    _known(ids["capability"])
    before = snapshot(doc)
    if "requested" in params:
        accounts.request(act, doc, ids["capability"], requested=params["requested"])
    requirements.settle(act, doc, before)
    return capability_objects.capability(doc, ids["capability"])


def _known(name: str) -> None:
    if name not in names_at("POST /v1/accounts", "capabilities"):
        raise errors.no_such("capability", name, "capability")
