"""Balance transactions: posted by `books`, read here (stripe-facts 11 and 14)."""

from __future__ import annotations

from shared.sandbox import errors
from shared.sandbox.objects import given, page, render
from shared.sandbox.store import Json
from shared.sandbox.world import Act


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One balance transaction."""
    return render(act, act.get("balance_transaction", ids["id"]))


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Balance transactions, newest first; by payout only those that an automatic one paid out
    (stripe-facts 14).
    """
    if "payout" in params:
        payout = act.referred("payout", params["payout"], param="payout")
        if not payout.body["automatic"]:
            message = (
                "Balance transaction history can only be filtered on automatic transfers, not "
                "manual."
            )
            raise errors.ApiError(400, message, param="payout")
    facets = given(params, "currency", "payout", "source", "type")
    return page(
        act, "balance_transaction", "/v1/balance_transactions", params, facets=facets
    )
