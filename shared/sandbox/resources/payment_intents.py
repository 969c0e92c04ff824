"""PaymentIntents: their fields and routes (stripe-facts 8).

What a confirmation does stands in `payment_confirmation`.
"""

from __future__ import annotations

from shared.sandbox import errors, money
from shared.sandbox.events import emit
from shared.sandbox.objects import given, page
from shared.sandbox.resources import (
    descriptors,
    holds,
    intent_accounts,
    intent_rules,
    payment_confirmation,
    payment_intent_fields,
)
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, merge

_ADDRESS = {
    "city": None,
    "country": None,
    "line1": None,
    "line2": None,
    "postal_code": None,
    "state": None,
}
_SHIPPING: Json = {
    "address": _ADDRESS,
    "carrier": None,
    "name": None,
    "phone": None,
    "tracking_number": None,
}

# What a publishable key may see (stripe-facts 16.4).
REDUCED = (
    "id",
    "object",
    "amount",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "client_secret",
    "confirmation_method",
    "created",
    "currency",
    "description",
    "last_payment_error",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_types",
    "processing",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "source",
    "status",
)
_CONFIRM_ONLY = (
    "confirmation_token",
    "off_session",
    "return_url",
    "mandate",
    "mandate_data",
    "error_on_requires_action",
    "use_stripe_sdk",
)
_PLAIN = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor_suffix",
    "transfer_group",
    "capture_method",
    "confirmation_method",
    "on_behalf_of",
    "application_fee_amount",
    "customer",
)
# States in which these parameters may still change.
_OPEN_STATES = ("requires_payment_method", "requires_confirmation", "requires_action")
_FROZEN = (
    "amount",
    "currency",
    "application_fee_amount",
    "transfer_data",
    "payment_method",
    "capture_method",
    "customer",
    "setup_future_usage",
    "on_behalf_of",
    "payment_method_data",
)
_CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A new intent; with `confirm=true` it is paid in the same breath."""
    if not params.get("confirm"):
        for name in _CONFIRM_ONLY:
            if (
                name in params
                and params[name] is not False
                and name != "use_stripe_sdk"
            ):
                message = f"You can only provide `{name}` when `confirm` is `true`."
                raise errors.ApiError(400, message, param=name)
    doc = Document(
        payment_intent_fields.blank(act, params),
        {},
        act.platform,
        act.scope,
    )
    _write(act, doc, params)
    act.store.insert(doc)
    emit(act, "payment_intent.created", doc)
    if not params.get("confirm"):
        return doc.body
    given = {
        name: value
        for name, value in params.items()
        if name not in ("payment_method", "payment_method_data")
    }
    return payment_confirmation.confirm(act, doc, given).body


def _write(act: Act, doc: Document, params: Json) -> None:
    """Apply what create and update have in common, each rule of stripe-facts 8 checked on the
    way.
    """
    body = doc.body
    for name in ("amount", *_PLAIN):
        if name in params:
            body[name] = None if params[name] == "" else params[name]
    if "currency" in params:
        body["currency"] = money.check_currency(params["currency"])
    money.check_amount(body["amount"], body["currency"])
    annotate(body, params)
    if "shipping" in params:
        body["shipping"] = (
            None if params["shipping"] == "" else merge(_SHIPPING, params["shipping"])
        )
    intent_rules.write_types(doc, params)
    intent_rules.write_details(doc, params)
    if params.get("statement_descriptor"):
        message = (
            "The `statement_descriptor` parameter is not supported for card payments; use "
            "`statement_descriptor_suffix` instead."
        )
        raise errors.ApiError(400, message, param="statement_descriptor")
    descriptors.check_suffix(params)
    if params.get("customer"):
        act.referred("customer", params["customer"], param="customer")
    intent_accounts.write_connect(act, doc, params)
    if "payment_method" in params or "payment_method_data" in params:
        payment_confirmation.give_method(act, doc, params)


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One intent; a publishable key needs its client secret and sees the reduced one."""
    doc = _found(act, ids, params)
    return intent_rules.seen(act, doc.body, REDUCED)


def _found(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Document:
    doc = act.get("payment_intent", ids["intent"], param="intent")
    intent_rules.check_secret(
        act, doc, params.get("client_secret"), "this PaymentIntent"
    )
    return doc


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Change an open intent; what was paid for cannot change (stripe-facts 8)."""
    doc = act.get("payment_intent", ids["intent"], param="intent")
    status = doc.body["status"]
    frozen = [name for name in _FROZEN if name in params]
    if frozen and status not in _OPEN_STATES:
        message = (
            f"This PaymentIntent's {frozen[0]} could not be updated because it has a status of "
            f"{status}. You may only "
            f"update the {frozen[0]} of a PaymentIntent with one of the following statuses: "
            f"{', '.join(_OPEN_STATES)}."
        )
        raise errors.ApiError(
            400,
            message,
            code="payment_intent_unexpected_state",
            param=frozen[0],
            payment_intent=doc.body,
        )
    _write(act, doc, params)
    doc.body["last_payment_error"] = None
    if frozen and status == "requires_action":
        doc.body.update(status="requires_confirmation", next_action=None)
    act.store.save(doc)
    return doc.body


def confirm(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Try to pay; from a browser the errors, too, carry the reduced intent."""
    doc = _found(act, ids, params)
    with intent_rules.less_to_browsers(act, "payment_intent", REDUCED):
        payment_confirmation.confirm(act, doc, params)
    return intent_rules.seen(act, doc.body, REDUCED)


def cancel(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Give an intent up; from any state but succeeded and canceled."""
    doc = act.get("payment_intent", ids["intent"], param="intent")
    status = doc.body["status"]
    if status not in _CANCELABLE:
        message = (
            f"You cannot cancel this PaymentIntent because it has a status of {status}. Only a "
            "PaymentIntent with one "
            f"of the following statuses may be canceled: {', '.join(_CANCELABLE)}."
        )
        raise errors.ApiError(
            400,
            message,
            code="payment_intent_unexpected_state",
            payment_intent=doc.body,
        )
    holds.give_up(act, doc, params.get("cancellation_reason"))
    return doc.body


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Intents, newest first."""
    facets = given(params, "customer", "customer_account")
    return page(act, "payment_intent", "/v1/payment_intents", params, facets=facets)
