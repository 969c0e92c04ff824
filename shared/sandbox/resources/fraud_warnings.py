"""Early fraud warnings: a card's issuer reports fraud before anybody disputes the charge
(stripe-facts 7.8).
"""

from __future__ import annotations

from shared.sandbox.events import emit
from shared.sandbox.objects import given, page, render
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

_KIND = "radar.early_fraud_warning"


def warn(act: Act, charge: Document) -> Document:
    """The issuer's report on one charge."""
    doc = act.add(
        {
            "id": act.world.id("issfr"),
            "object": _KIND,
            "actionable": True,
            "charge": charge.id,
            "created": act.now,
            "fraud_type": "unauthorized_use_of_card",
            "livemode": False,
            "payment_intent": charge.body["payment_intent"],
        }
    )
    emit(act, "radar.early_fraud_warning.created", doc)
    return doc


def settled(act: Act, charge: Document) -> None:
    """The charge is disputed now: its warnings, if there are any, no longer call for action."""
    where = (
        "seq IN (SELECT seq FROM facets WHERE scope = ? AND object = ? AND name = 'charge' AND "
        "value = ?)"
    )
    for doc in act.store.select(
        where,
        [act.scope, _KIND, charge.id],
    ):
        emit(act, "radar.early_fraud_warning.updated", doc, before=doc.body)


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One warning; it calls for action until the charge is disputed or wholly refunded (SDK)."""
    return render(
        act,
        act.get(_KIND, ids["early_fraud_warning"], param="early_fraud_warning"),
    )


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Warnings, newest first."""
    facets = given(params, "charge", "payment_intent")
    return page(act, _KIND, "/v1/radar/early_fraud_warnings", params, facets=facets)
