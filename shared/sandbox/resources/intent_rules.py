"""What may be said on an intent: ways to pay, ways to confirm and capture (stripe-facts 8)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from shared.sandbox import errors
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge

_PLAYED = ("card",)  # the ways to pay that the stand-in has
_TYPES = ("allowed_payment_method_types", "excluded_payment_method_types")
_NOT_WITH_ALLOWED = (
    "excluded_payment_method_types",
    "automatic_payment_methods",
    "payment_method_configuration",
)
_NOT_PLAYED = {
    "customer_account": "accounts of the second API version are not served",
    "hooks": "taxes are not calculated",
    "payment_method_configuration": "there is one configuration, with cards alone",
}


def automatic(params: Json) -> Json | None:
    """`automatic_payment_methods` of a new intent: on when nothing is said, absent when the types
    are named (stripe-facts 8).
    """
    if given := params.get("automatic_payment_methods"):
        return (
            {"allow_redirects": "always", **given}
            if given["enabled"]
            else {"enabled": False}
        )
    if params.get("allowed_payment_method_types"):
        return None
    return {"enabled": True, "allow_redirects": "always"}


def write_types(doc: Document, params: Json) -> None:
    """Which ways to pay are open: those that were named, or all but some; what cannot be used is
    silently left out.

    Nothing left to pay with is an error, and so is naming types along with a rule that names others
    (stripe-facts 8).
    """
    body = doc.body
    if "payment_method_options" in params:
        body["payment_method_options"] = merge(
            body["payment_method_options"], params["payment_method_options"] or {}
        )
    for name in _TYPES:
        if name in params:
            body[name] = params[name] or None
    allowed = body["allowed_payment_method_types"]
    excluded = body["excluded_payment_method_types"] or []
    if allowed:
        _check_allowed(body, params)
        body["automatic_payment_methods"] = None
    body["payment_method_types"] = [
        kind
        for kind in _PLAYED
        if (allowed is None or kind in allowed) and kind not in excluded
    ]
    if not body["payment_method_types"]:
        message = (
            "No valid payment method types for this Payment Intent. Please ensure that you have "
            "activated payment methods "
            "compatible with your chosen currency."
        )
        raise errors.ApiError(400, message)


def _check_allowed(body: Json, params: Json) -> None:
    """Refuse a rule that names other types than `allowed_payment_method_types` does."""
    for name in _NOT_WITH_ALLOWED:
        if params.get(name) or (name in _TYPES and body[name]):
            message = (
                "You may only specify one of these parameters: allowed_payment_method_types, "
                f"{name}."
            )
            raise errors.ApiError(400, message, param="allowed_payment_method_types")


def write_details(doc: Document, params: Json) -> None:
    """What a payment is made of, for the card networks alone; nothing here changes how it goes."""
    for name, reason in _NOT_PLAYED.items():
        if params.get(name):
            raise errors.ApiError(
                400, f"`{name}` is not played by this stand-in: {reason}.", param=name
            )
    body, given = doc.body, params.get("amount_details")
    if given == "":
        body["amount_details"] = {"tip": {}}
    elif given is not None:
        if refused := [
            name
            for name in ("line_items", "enforce_arithmetic_validation")
            if given.get(name)
        ]:
            message = (
                f"`amount_details[{refused[0]}]` is not played by this stand-in: line items are "
                "not kept."
            )
            raise errors.ApiError(400, message, param=f"amount_details[{refused[0]}]")
        body["amount_details"] = merge(body["amount_details"], given)
    if "payment_details" in params:
        given = params["payment_details"]
        body["payment_details"] = {
            name: (given or {}).get(name) or None
            for name in ("customer_reference", "order_reference")
        }
    if params.get("amount_to_confirm", body["amount"]) != body["amount"]:
        message = (
            "`amount_to_confirm` must be the amount of the PaymentIntent: parts of it are not "
            "confirmed here."
        )
        raise errors.ApiError(400, message, param="amount_to_confirm")


def capture_method(doc: Document) -> str:
    """How this intent is captured; what is said for cards alone comes first."""
    body = doc.body
    options: Json = body["payment_method_options"].get("card") or {}
    return str(options.get("capture_method") or body["capture_method"])


def check_key(act: Act, doc: Document) -> None:
    """An intent that the server wants to confirm itself cannot be confirmed from a browser."""
    if act.publishable and doc.body["confirmation_method"] == "manual":
        message = (
            f"This PaymentIntent {doc.id} cannot be confirmed using your publishable key because "
            "its `confirmation_method` "
            "is set to `manual`. Please use your secret key instead, or create a PaymentIntent "
            "with `confirmation_method` "
            "set to `automatic`."
        )
        raise errors.ApiError(400, message, payment_intent=doc.body)


def check_usage(act: Act, doc: Document, params: Json) -> None:
    """A browser may widen the `setup_future_usage` that the server chose, and otherwise leaves it
    (the typings of Stripe.js).
    """
    chosen, given = (
        doc.body["setup_future_usage"],
        params.get("setup_future_usage", doc.body["setup_future_usage"]),
    )
    if act.publishable and chosen and given not in (chosen, "off_session"):
        message = (
            "With a publishable key you can only change `setup_future_usage` from `on_session` to "
            "`off_session`."
        )
        raise errors.ApiError(400, message, param="setup_future_usage")


def check_secret(
    act: Act,
    doc: Document,
    secret: str | None,
    whose: str,
) -> None:
    """A browser needs the intent's client secret, and nobody may send another one (stripe-facts
    16.4).
    """
    if act.publishable and not secret:
        raise errors.missing_param("client_secret")
    if secret is not None and not hmac.compare_digest(
        secret.encode(), doc.body["client_secret"].encode()
    ):
        message = (
            "The client_secret provided does not match the client_secret "
            f"associated with {whose}."
        )
        code = f"{doc.body['object']}_invalid_parameter"
        raise errors.ApiError(400, message, code=code, param="client_secret")


def seen(
    act: Act,
    body: Json,
    fields: Iterable[str],
) -> Json:
    """An intent for whoever asks: a browser may know these fields of it."""
    if not act.publishable:
        return body
    return {name: body[name] for name in fields}


@contextmanager
def less_to_browsers(
    act: Act,
    kind: str,
    fields: Iterable[str],
) -> Iterator[None]:
    """Errors that carry an intent carry what the one who asks may see."""
    try:
        yield
    except errors.ApiError as error:
        told = error.error.get(kind)
        if isinstance(told, dict):
            error.error[kind] = seen(act, told, fields)
        raise
