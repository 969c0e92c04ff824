"""SetupIntents: a card is checked and kept for later, without a payment (stripe-facts 9)."""

from __future__ import annotations

from shared.sandbox import errors
from shared.sandbox.events import emit
from shared.sandbox.objects import given, page
from shared.sandbox.resources import intent_accounts, intent_rules, setup_confirmation
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, application_of

# What a publishable key may see: Stripe.js names these.
REDUCED = (
    "id",
    "object",
    "automatic_payment_methods",
    "cancellation_reason",
    "client_secret",
    "created",
    "description",
    "last_setup_error",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_configuration_details",
    "payment_method_types",
    "status",
    "usage",
)
_CONFIRM_ONLY = ("return_url", "mandate_data", "confirmation_token")
_CARD_OPTIONS = {
    "mandate_options": None,
    "network": None,
    "request_three_d_secure": "automatic",
}
_UNSEEN = (
    "moto",
    "three_d_secure",
)  # card options that are taken and never shown again
_CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_NOT_FOR_CARDS = {
    "attach_to_self": (
        "`attach_to_self` is not available: only customers' payment methods are set up here."
    ),
    "single_use": "`single_use` mandates are not available for the payment method type `card`.",
}
_PARAMS = {"payment_method", "payment_method_data"}


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A new intent; with `confirm=true` the card is set up in the same breath."""
    for name in _CONFIRM_ONLY:
        if params.get(name) and not params.get("confirm"):
            raise errors.ApiError(
                400,
                f"You can only provide `{name}` when `confirm` is `true`.",
                param=name,
            )
    doc = Document(
        _blank(act, params),
        {},
        act.platform,
        act.scope,
    )
    _write(act, doc, params)
    act.store.insert(doc)
    emit(act, "setup_intent.created", doc)
    if params.get("confirm"):
        rest = {name: params[name] for name in params if name not in _PARAMS}
        setup_confirmation.confirm(act, doc, rest)
    return doc.body


def _blank(act: Act, params: Json) -> Json:
    id = act.world.id("seti")
    return {
        "id": id,
        "object": "setup_intent",
        "allowed_payment_method_types": None,
        "application": application_of(act.platform) if act.scope != act.home else None,
        "automatic_payment_methods": intent_rules.automatic(params),
        "cancellation_reason": None,
        "client_secret": f"{id}_secret_{act.world.token(25)}",
        "created": act.now,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": {
            "id": f"pmc_{act.home[5:]}",
            "parent": None,
        },
        "payment_method_options": {"card": dict(_CARD_OPTIONS)},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }


def _write(act: Act, doc: Document, params: Json) -> None:
    """Apply what create and update have in common."""
    body = doc.body
    for name, message in _NOT_FOR_CARDS.items():
        if params.get(name):
            raise errors.ApiError(400, message, param=name)
    if "description" in params:
        body["description"] = params["description"] or None
    if "flow_directions" in params:
        body["flow_directions"] = params["flow_directions"] or None
    annotate(body, params)
    _write_types(doc, params)
    if params.get("customer"):
        body["customer"] = act.referred(
            "customer",
            params["customer"],
            param="customer",
        ).id
    if params.get("on_behalf_of"):
        body["on_behalf_of"] = intent_accounts.destined(
            act, params["on_behalf_of"], "on_behalf_of", ("card_payments",)
        ).id
    if _PARAMS & params.keys():
        setup_confirmation.give_method(act, doc, params)


def _write_types(doc: Document, params: Json) -> None:
    """Ways to pay as for payments; some options for cards are taken and never shown again."""
    options = params.get("payment_method_options") or {}
    card: Json = options.get("card") or {}
    doc.hidden["moto"] = card.get(
        "moto",
        doc.hidden.get("moto", False),
    )
    if card:
        shown = {name: card[name] for name in card if name not in _UNSEEN}
        params = {**params, "payment_method_options": {"card": shown}}
    intent_rules.write_types(doc, params)


def _found(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Document:
    id = ids["intent"]
    doc = act.find("setup_intent", id)
    if doc is None:
        raise errors.no_such("setupintent", id, "intent")
    intent_rules.check_secret(act, doc, params.get("client_secret"), "the SetupIntent")
    return doc


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One intent; a publishable key needs its client secret and sees the reduced one."""
    doc = _found(act, ids, params)
    return intent_rules.seen(act, doc.body, REDUCED)


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Change an intent; its payment method only while the setup is open."""
    doc = _found(act, ids, params)
    ended = {
        "succeeded": "it has already succeeded",
        "canceled": "it has been canceled",
    }.get(doc.body["status"])
    if ended and _PARAMS & params.keys():
        raise setup_confirmation.unexpected(
            doc, f"You cannot update this SetupIntent because {ended}."
        )
    with setup_confirmation.carrying(doc):
        _write(act, doc, params)
    if doc.body["status"] == "requires_action" and _PARAMS & params.keys():
        setup_confirmation.abandon(act, doc)
        doc.body.update(status="requires_confirmation", next_action=None)
    act.store.save(doc)
    return doc.body


def confirm(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Try to set the card up; from a browser the errors, too, carry the reduced intent."""
    doc = _found(act, ids, params)
    _write_types(doc, params)
    with (
        intent_rules.less_to_browsers(act, "setup_intent", REDUCED),
        setup_confirmation.carrying(doc),
    ):
        setup_confirmation.confirm(act, doc, params)
    return intent_rules.seen(act, doc.body, REDUCED)


def cancel(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Give a setup up, while it is open."""
    doc = _found(act, ids, params)
    status = doc.body["status"]
    if status == "canceled":
        raise setup_confirmation.unexpected(
            doc, "You cannot cancel this SetupIntent because it is already canceled."
        )
    if status not in _CANCELABLE:
        message = (
            f"You cannot cancel this SetupIntent because it has a status of {status}. Only a "
            "SetupIntent with one of the "
            "following statuses may be canceled: `requires_payment_method`, "
            "`requires_confirmation`, or `requires_action`."
        )
        raise setup_confirmation.unexpected(doc, message)
    setup_confirmation.abandon(act, doc)
    doc.body.update(
        status="canceled",
        cancellation_reason=params.get("cancellation_reason"),
        next_action=None,
    )
    act.store.save(doc)
    emit(act, "setup_intent.canceled", doc)
    return doc.body


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Intents, newest first."""
    if params.get("attach_to_self"):
        raise errors.ApiError(
            400, _NOT_FOR_CARDS["attach_to_self"], param="attach_to_self"
        )
    for name, noun in (("customer", "customer"), ("payment_method", "PaymentMethod")):
        if name in params:
            act.referred(name, params[name], param=name, noun=noun)
    facets = given(params, "customer", "customer_account", "payment_method")
    return page(act, "setup_intent", "/v1/setup_intents", params, facets=facets)


def attempts(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """What was tried for one intent, newest first."""
    intent = act.referred(
        "setup_intent", params["setup_intent"], param="setup_intent", noun="setupintent"
    )
    return page(
        act,
        "setup_attempt",
        "/v1/setup_attempts",
        params,
        facets={"setup_intent": intent.id},
    )
