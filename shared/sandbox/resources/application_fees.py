"""Application fees: collected with the charge that they are taken from, read here
(stripe-facts 11).
"""

from __future__ import annotations

from shared.sandbox.objects import given, page
from shared.sandbox.store import Json
from shared.sandbox.world import Act


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One application fee."""
    return act.get("application_fee", ids["id"]).body


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Application fees, newest first."""
    return page(
        act,
        "application_fee",
        "/v1/application_fees",
        params,
        facets=given(params, "charge"),
    )
