"""What the confirmation of a SetupIntent does: challenge, decline, keep; and the attempts that tell
of it (stripe-facts 9).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shared.sandbox import card_checks, errors
from shared.sandbox.events import emit
from shared.sandbox.resources import (
    challenges,
    confirmation_tokens,
    payment_method_cards,
    payment_methods,
)
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

_COPIED = (
    "application",
    "customer",
    "customer_account",
    "flow_directions",
    "on_behalf_of",
    "usage",
)
_CARD = (
    "brand",
    "country",
    "exp_month",
    "exp_year",
    "fingerprint",
    "funding",
    "last4",
    "wallet",
)
_MISSING = (
    "You cannot confirm this SetupIntent because it's missing a payment method. You can either "
    "update the SetupIntent with "
    "a payment method and then confirm it again, or confirm it again directly with a payment "
    "method or ConfirmationToken."
)


def unexpected(doc: Document, message: str) -> errors.ApiError:
    """The refusal of what the intent's state does not allow; it carries the intent."""
    return errors.ApiError(
        400, message, code="setup_intent_unexpected_state", setup_intent=doc.body
    )


@contextmanager
def carrying(doc: Document) -> Iterator[None]:
    """Refusals about an intent that exists carry it."""
    try:
        yield
    except errors.ApiError as error:
        if error.error.get("param") == "payment_method":
            error.error.setdefault("setup_intent", doc.body)
        raise


def give_method(act: Act, doc: Document, params: Json) -> None:
    """Tie a payment method to the intent: one that exists, a template, or card data from a
    browser.
    """
    if "payment_method_data" in params:
        method = payment_method_cards.from_data(act, params["payment_method_data"])
    else:
        method = payment_methods.usable(act, params["payment_method"])
    payment_methods.refuse_foreign(method, doc.body["customer"], "SetupIntent")
    doc.body["payment_method"] = method.id
    if doc.body["status"] == "requires_payment_method":
        doc.body["status"] = "requires_confirmation"


def confirm(act: Act, doc: Document, params: Json) -> Document:
    """Set the method at hand up; the document is saved in whatever state this ends."""
    body = doc.body
    has_method = {
        "payment_method",
        "payment_method_data",
        "confirmation_token",
    } & params.keys()
    if not has_method and body["payment_method"] is None:
        raise unexpected(doc, _MISSING)
    ended = {
        "succeeded": "it has already succeeded",
        "canceled": "it has been canceled",
    }.get(body["status"])
    if ended:
        raise unexpected(doc, f"You cannot confirm this SetupIntent because {ended}.")
    params = confirmation_tokens.spent_on(act, doc, params)
    if {"payment_method", "payment_method_data"} & params.keys():
        give_method(act, doc, params)
    if body["customer"]:
        act.referred("customer", body["customer"], param="customer")
    challenges.check_return_url(act, doc, params)
    method = act.get("payment_method", body["payment_method"])
    payment_methods.refuse_spent(method)
    payment_methods.refuse_foreign(method, body["customer"], "SetupIntent")
    abandon(act, doc)
    body.update(next_action=None, last_setup_error=None)
    challenged = challenges.needed(doc, method) and not doc.hidden.get("moto")
    attempt = _attempt(act, doc, method)
    if challenged:
        attempt.body["status"] = "requires_action"
        act.store.save(attempt)
        challenges.begin(act, doc, params)
        return doc
    return _finish(act, doc, method, attempt)


def _attempt(act: Act, doc: Document, method: Document) -> Document:
    """The record of one confirmation, as the intent was at that time."""
    card = method.body["card"]
    details: Json = {
        **{name: card[name] for name in _CARD},
        "checks": dict(card["checks"]),
        "network": card["brand"],
        "three_d_secure": doc.hidden.get("three_d_secure"),
    }
    body: Json = {
        "id": act.world.id("setatt"),
        "object": "setup_attempt",
        "created": act.now,
        "livemode": False,
        **{name: doc.body[name] for name in _COPIED},
        "payment_method": method.id,
        "payment_method_details": {"card": details, "type": "card"},
        "setup_error": None,
        "setup_intent": doc.id,
        "status": "processing",
    }
    doc.body["latest_attempt"] = body["id"]
    return act.add(body)


def _finish(
    act: Act,
    doc: Document,
    method: Document,
    attempt: Document,
) -> Document:
    """Keep the method, or be declined (402; what was tried stays)."""
    card, asked = payment_method_cards.card_of(method), challenges.asked(doc)
    payment_method_cards.verify(method)
    details = attempt.body["payment_method_details"]["card"]
    details.update(
        checks=dict(method.body["card"]["checks"]),
        three_d_secure=doc.hidden.get("three_d_secure"),
    )
    refused = (card.asked_error if asked else None) or (
        None if card.sets_up else card.declines
    )
    if refused:
        act.store.save(method)
        error = card_checks.declined(refused, payment_method=method.body, keeps=True)
        _fail(act, doc, attempt, dict(error.error))
        error.error["setup_intent"] = doc.body
        raise error
    attempt.body["status"] = "succeeded"
    act.store.save(attempt)
    doc.body.update(status="succeeded", next_action=None)
    act.store.save(doc)
    emit(act, "setup_intent.succeeded", doc)
    payment_methods.keep(
        act,
        method,
        doc.body["customer"],
        doc.body["usage"],
    )
    return doc


def _fail(
    act: Act,
    doc: Document,
    attempt: Document,
    error: Json,
) -> None:
    attempt.body.update(status="failed", setup_error=error)
    act.store.save(attempt)
    doc.body.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_setup_error=error,
    )
    act.store.save(doc)
    emit(act, "setup_intent.setup_failed", doc)


def abandon(act: Act, doc: Document) -> None:
    """An attempt that still waited for the shopper ends without an answer."""
    if doc.body["status"] != "requires_action":
        return
    attempt = act.get("setup_attempt", doc.body["latest_attempt"])
    attempt.body["status"] = "abandoned"
    act.store.save(attempt)


def finish_challenge(act: Act, doc: Document, *, passed: bool) -> None:
    """The shopper is back from the challenge: go on as without one, or fail (stripe-facts 9)."""
    method = act.get("payment_method", doc.body["payment_method"])
    attempt = act.get("setup_attempt", doc.body["latest_attempt"])
    challenges.close(doc, passed=passed)
    if passed:
        _finish(act, doc, method, attempt)
        return
    attempt.body["payment_method_details"]["card"]["three_d_secure"] = doc.hidden[
        "three_d_secure"
    ]
    _fail(act, doc, attempt, challenges.failure(doc, method))
