"""Confirmation tokens: what a form collected, carried to a server that confirms with it once
(stripe-facts 9.7).
"""

from __future__ import annotations

from shared.sandbox import errors
from shared.sandbox.resources import (
    customer_sessions,
    payment_method_cards,
    payment_methods,
)
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

_LIFETIME = 12 * 3600  # the example in Stripe's reference lives that long
_PREVIEW = (
    "allow_redisplay",
    "billing_details",
    "card",
    "customer",
    "customer_account",
    "type",
)
_CARRIED = ("return_url", "shipping", "setup_future_usage")


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A token from a form; a method that a customer holds needs that customer's session, as it
    shows what is on the card.
    """
    if not act.publishable:
        raise errors.no_route("POST", "/v1/confirmation_tokens")
    method = _method(act, params)
    if (owner := method.body["customer"]) is not None:
        customer_sessions.opened(act, params, customer=owner)
    return _made(act, method, params)


def create_for_tests(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """The same for a server's tests, which have no form."""
    return _made(act, _method(act, params), params)


def _method(act: Act, params: Json) -> Document:
    if "payment_method_data" in params:
        return payment_method_cards.from_data(act, params["payment_method_data"])
    if "payment_method" not in params:
        raise errors.missing_param("payment_method_data")
    return payment_methods.usable(act, params["payment_method"])


def _made(act: Act, method: Document, params: Json) -> Json:
    body: Json = {
        "id": act.world.id("ctoken"),
        "object": "confirmation_token",
        "created": act.now,
        "expires_at": act.now + _LIFETIME,
        "livemode": False,
        "mandate_data": None,
        "metadata": {},
        "payment_intent": None,
        "payment_method_options": params.get("payment_method_options"),
        "payment_method_preview": {name: method.body[name] for name in _PREVIEW},
        "return_url": params.get("return_url"),
        "setup_future_usage": params.get("setup_future_usage"),
        "setup_intent": None,
        "shipping": _shipping(params),
        "use_stripe_sdk": True,
    }
    return act.add(body, method=method.id).body


def _shipping(params: Json) -> Json | None:
    given = params.get("shipping")
    if not given:
        return None
    address = {
        **dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
        **given["address"],
    }
    return {
        "name": given["name"],
        "phone": given.get("phone") or None,
        "address": address,
    }


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One token."""
    return act.get(
        "confirmation_token", ids["confirmation_token"], param="confirmation_token"
    ).body


def spent_on(act: Act, intent: Document, params: Json) -> Json:
    """The parameters of a confirmation with what its token carries; what the request itself says
    wins (the SDK's docstring).

    A token confirms once, and only while it lives; a confirmation that is refused as a request does
    not use it up.
    """
    if "confirmation_token" not in params:
        return params
    token = act.referred(
        "confirmation_token", params["confirmation_token"], param="confirmation_token"
    )
    if token.body["payment_intent"] or token.body["setup_intent"]:
        _refuse(
            "The ConfirmationToken provided was already used to confirm a PaymentIntent or a "
            "SetupIntent."
        )
    if token.body["expires_at"] <= act.now:
        _refuse(
            "The ConfirmationToken provided has expired. Please create another one."
        )
    kind = intent.body["object"]
    token.body[kind] = intent.id
    act.store.save(token)
    names = ("return_url",) if kind == "setup_intent" else _CARRIED
    told = {name: token.body[name] for name in names}
    carried = {name: told[name] for name in told if told[name]}
    if not {"payment_method", "payment_method_data"} & params.keys():
        carried["payment_method"] = token.hidden["method"]
    return {"use_stripe_sdk": token.body["use_stripe_sdk"], **carried, **params}


def _refuse(message: str) -> None:
    raise errors.ApiError(400, message, param="confirmation_token")
