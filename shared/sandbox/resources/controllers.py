"""`controller` and `type` of a connected account: who bears fees and losses, who collects."""

from __future__ import annotations

from shared.sandbox import errors
from shared.sandbox.store import Json

# The old `type` in terms of controller: fees payer, losses, collection, dashboard.
_TYPES: dict[str, tuple[str, str, str, str]] = {
    "standard": ("account", "stripe", "stripe", "full"),
    "express": ("application_express", "application", "stripe", "express"),
    "custom": ("application_custom", "application", "application", "none"),
}


def controller_of(params: Json) -> tuple[Json, str]:
    given, kind = params.get("controller"), params.get("type")
    if given is not None and kind is not None:
        raise errors.ApiError(
            400,
            (
                "You may not provide the `type` parameter and the `controller` parameter at the "
                "same time."
            ),
            param="type",
        )
    if kind is not None:
        fees, losses, collection, dashboard = _TYPES[kind]
    else:
        given = given or {}
        fees = given.get("fees", {}).get("payer", "account")
        losses = given.get("losses", {}).get("payments", "stripe")
        collection = given.get("requirement_collection", "stripe")
        dashboard = given.get("stripe_dashboard", {}).get("type", "full")
        _check_controller(fees, losses, collection, dashboard)
        kind = (
            "standard"
            if (fees, losses, collection, dashboard) == _TYPES["standard"]
            else "none"
        )
    controller = {
        "type": "application",
        "is_controller": True,
        "fees": {"payer": fees},
        "losses": {"payments": losses},
        "requirement_collection": collection,
        "stripe_dashboard": {"type": dashboard},
    }
    return controller, kind


def _check_controller(
    fees: str,
    losses: str,
    collection: str,
    dashboard: str,
) -> None:
    """Combinations that Stripe refuses; texts are unverified (MEM)."""
    # Stripe-owned losses with Express came after this version.
    if dashboard == "express" and losses != "application":
        message = (
            "When `controller[stripe_dashboard][type]=express`, `controller[losses][payments]` "
            "must be `application`."
        )
        raise errors.ApiError(400, message, param="controller[losses][payments]")
    if losses == "application" and fees != "application":
        message = (
            "When `controller[losses][payments]=application`, `controller[fees][payer]` must be "
            "`application`."
        )
        raise errors.ApiError(400, message, param="controller[fees][payer]")
    if collection == "application" and dashboard != "none":
        message = (
            "When `controller[requirement_collection]=application`, "
            "`controller[stripe_dashboard][type]` must be `none`."
        )
        raise errors.ApiError(400, message, param="controller[stripe_dashboard][type]")
