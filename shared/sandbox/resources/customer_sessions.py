"""Customer sessions: what a browser may know and do about one customer, for half an hour
(stripe-facts 9.6).
"""

from __future__ import annotations

from typing import Any

from shared.sandbox import errors
from shared.sandbox.objects import given, page
from shared.sandbox.resources import payment_methods, tickets
from shared.sandbox.store import Json
from shared.sandbox.world import Act

_LIFETIME = 1800
_SECRET = "cuss_secret_"
_SHOWN = (
    "id",
    "object",
    "allow_redisplay",
    "billing_details",
    "card",
    "created",
    "customer",
    "livemode",
    "type",
)
_MOST_SHOWN = 10

# What each component's features are when it is enabled and nothing else is said; None has no
# features.
_FEATURES: dict[str, Json | None] = {
    "active_entitlements": None,
    "buy_button": None,
    "customer_portal": None,
    "customer_sheet": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_remove": "disabled",
    },
    "mobile_payment_element": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": "disabled",
        "payment_method_remove": "disabled",
        "payment_method_save": "disabled",
        "payment_method_save_allow_redisplay_override": None,
    },
    "payment_element": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": "disabled",
        "payment_method_redisplay_limit": 3,
        "payment_method_remove": "disabled",
        "payment_method_save": "disabled",
        "payment_method_save_usage": None,
    },
    "pricing_table": None,
}


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A session for one customer, with the components that its secret opens."""
    if not params.get("customer"):
        raise errors.missing_param("customer")
    customer = act.referred("customer", params["customer"], param="customer")
    components = {
        name: _component(
            name,
            params["components"].get(name),
        )
        for name in _FEATURES
    }
    data = {"customer": customer.id, "element": components["payment_element"]}
    token, expires = tickets.issue(
        act, "customer_session", customer.id, _LIFETIME, data
    )
    return {
        "object": "customer_session",
        "client_secret": f"{_SECRET}{token}",
        "components": components,
        "created": act.now,
        "customer": customer.id,
        "customer_account": None,
        "expires_at": expires,
        "livemode": False,
    }


def _component(name: str, asked: Json | None) -> Json:
    """One component with its defaults filled in."""
    enabled, defaults = bool(asked and asked["enabled"]), _FEATURES[name]
    if defaults is None:
        return {"enabled": enabled}
    features = (asked or {}).get("features") or {}
    items = features.items()
    told = {key: value for key, value in items if value not in ("", [])}
    limit = told.get("payment_method_redisplay_limit", 1)
    if not 1 <= limit <= _MOST_SHOWN:
        param = f"components[{name}][features][payment_method_redisplay_limit]"
        raise errors.ApiError(
            400, f"This value must be between 1 and {_MOST_SHOWN}.", param=param
        )
    return {"enabled": enabled, "features": {**defaults, **told} if enabled else None}


def opened(
    act: Act,
    params: Json,
    *,
    customer: str | None = None,
) -> tickets.Ticket:
    """The session behind `customer_session_client_secret`; refused when it is over, or another
    customer's.
    """
    name = "customer_session_client_secret"
    secret = params.get(name)
    if not secret:
        raise errors.missing_param(name)
    ticket = tickets.find(act.store, "customer_session", secret.removeprefix(_SECRET))
    mine = ticket is not None and (
        ticket.platform,
        ticket.data["scope"],
    ) == (
        act.platform,
        act.scope,
    )
    if ticket is None or not mine or customer not in (None, ticket.subject):
        raise errors.ApiError(
            400, "The customer session's client secret does not match.", param=name
        )
    known = act.find("customer", ticket.subject)
    if ticket.expires <= act.now or known is None:
        raise errors.ApiError(400, "The customer session has expired.", param=name)
    return ticket


def saved_methods(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """What the Payment Element shows of a customer, and the features that its session gives it.

    A wire of this stand-in's own: how Stripe.js asks for the same is not public.
    """
    ticket = _asked(act, "GET", "/v1/elements/saved_methods", params)
    element: dict[str, Any] = ticket.data["element"]
    features = element["features"] or _FEATURES["payment_element"] or {}
    shown: list[Json] = []
    if element["enabled"] and features["payment_method_redisplay"] == "enabled":
        found = page(
            act,
            "payment_method",
            "",
            {"limit": 100},
            facets={"customer": ticket.subject},
        )["data"]
        wanted = features["payment_method_allow_redisplay_filters"]
        shown = [body for body in found if body["allow_redisplay"] in wanted]
    most = features["payment_method_redisplay_limit"]
    return {
        "object": "list",
        "url": "/v1/elements/saved_methods",
        "has_more": len(shown) > most,
        "data": [given(body, *_SHOWN) for body in shown[:most]],
        "customer": ticket.subject,
        "expires_at": ticket.expires,
        "features": features,
    }


def remove_method(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A shopper takes a saved method away, where the session allows that; the same own wire."""
    path = f"/v1/elements/saved_methods/{ids['payment_method']}/remove"
    ticket = _asked(act, "POST", path, params)
    features = ticket.data["element"]["features"]
    if not features or features["payment_method_remove"] != "enabled":
        raise errors.ApiError(
            400, "This customer session does not allow payment methods to be removed."
        )
    doc = act.find("payment_method", ids["payment_method"])
    if doc is None or doc.body["customer"] != ticket.subject:
        raise errors.no_such("PaymentMethod", ids["payment_method"], "payment_method")
    body = payment_methods.detached(act, doc).body
    return {name: body[name] for name in _SHOWN}


def _asked(
    act: Act,
    method: str,
    path: str,
    params: Json,
) -> tickets.Ticket:
    """For browsers alone: to a server this address does not exist, as at Stripe."""
    if not act.publishable:
        raise errors.no_route(method, path)
    return opened(act, params)
