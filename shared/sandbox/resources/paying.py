"""What a confirmation does: challenge, charge, decline, block (stripe.md sections 7 and 8)."""

from __future__ import annotations

from urllib.parse import urlencode

from shared.sandbox import cards, errors
from shared.sandbox.events import emit
from shared.sandbox.resources import charges, payment_methods, settlement
from shared.sandbox.resources.tickets import issue
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge

_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_TAKEN_OVER = ("receipt_email", "setup_future_usage", "capture_method")
_AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)
_CHALLENGE_LIFETIME = 3600


def give_method(act: Act, doc: Document, params: Json) -> None:
    """Tie a payment method to the intent: one that exists, a template, or card data from a browser."""
    if "payment_method_data" in params:
        data = params["payment_method_data"]
        method = payment_methods.from_data(act, data)
    elif params["payment_method"]:
        method = payment_methods.usable(act, params["payment_method"])
    else:
        doc.body.update(payment_method=None, status="requires_payment_method")
        return
    owner = method.body["customer"]
    if owner is not None and owner != doc.body["customer"]:
        message = (
            f"The payment method {method.id} belongs to a Customer. Please include the Customer in the `customer` "
            "parameter on the PaymentIntent."
        )
        raise errors.ApiError(400, message, param="payment_method")
    doc.body["payment_method"] = method.id
    if doc.body["status"] == "requires_payment_method":
        doc.body["status"] = "requires_confirmation"


def confirm(act: Act, doc: Document, params: Json) -> Document:
    """Pay with the method at hand; the document is saved in whatever state this ends."""
    body = doc.body
    if body["status"] not in _CONFIRMABLE:
        message = f"You cannot confirm this PaymentIntent because it has already {_ENDED.get(body['status'], body['status'])}."
        raise _unexpected(doc, message)
    for name in _TAKEN_OVER:
        if name in params:
            body[name] = params[name] or None
    if params.get("shipping"):
        body["shipping"] = merge(body["shipping"], params["shipping"])
    if "payment_method" in params or "payment_method_data" in params:
        give_method(act, doc, params)
    if body["payment_method"] is None:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method or ConfirmationToken."
        )
        raise _unexpected(doc, message)
    _check_return_url(act, doc, params)
    body["next_action"] = None
    body["last_payment_error"] = None
    method = act.get("payment_method", body["payment_method"])
    card = payment_methods.card_of(method)
    off_session = params.get("off_session") not in (None, False)
    if needs_challenge(card, doc, off_session):
        return _challenge(act, doc, method, params, off_session)
    return charge(act, doc, method)


_ENDED = {
    "succeeded": "succeeded after being previously confirmed",
    "canceled": "been canceled",
    "requires_capture": "been authorized",
}


def _unexpected(doc: Document, message: str) -> errors.ApiError:
    return errors.ApiError(400, message, code="payment_intent_unexpected_state", payment_intent=doc.body)


def _check_return_url(act: Act, doc: Document, params: Json) -> None:
    redirects = (doc.body["automatic_payment_methods"] or {}).get("allow_redirects") == "always"
    if act.publishable or params.get("return_url") or not redirects or params.get("use_stripe_sdk"):
        return
    message = (
        "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these "
        "payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't "
        "want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
        "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
    )
    raise errors.ApiError(400, message)


def needs_challenge(card: cards.Card, doc: Document, off_session: bool) -> bool:
    """Whether the issuer wants to see the shopper first; asked for by the platform, every card that can does."""
    options = doc.body["payment_method_options"].get("card", {})
    asked = options.get("request_three_d_secure") in ("any", "challenge") and "threeDSecureOptional" in card.tokens
    return card.challenge == "always" or (card.challenge == "on_session" and not off_session) or asked


def _challenge(act: Act, doc: Document, method: Document, params: Json, off_session: bool) -> Document:
    if off_session or params.get("error_on_requires_action"):
        return decline(act, doc, method, "authentication_required", "authentication_required")
    token, _ = issue(act, "3ds", doc.id, _CHALLENGE_LIFETIME, {"return_url": params.get("return_url")})
    url = f"{act.world.config.base_url}/hosted/3ds/{token}"
    doc.hidden["challenge"] = token
    if params.get("use_stripe_sdk"):
        sdk = {"type": "three_d_secure_redirect", "stripe_js": url, "source": f"src_{token[:24]}"}
        doc.body["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}
    else:
        redirect = {"return_url": params.get("return_url"), "url": url}
        doc.body["next_action"] = {"type": "redirect_to_url", "redirect_to_url": redirect}
    doc.body["status"] = "requires_action"
    act.store.save(doc)
    emit(act, "payment_intent.requires_action", doc)
    return doc


def charge(act: Act, doc: Document, method: Document) -> Document:
    """Take the money, or be declined (402; the failed charge stays)."""
    card = payment_methods.card_of(method)
    if card.declines:
        code, reason = card.declines
        return decline(act, doc, method, code, reason)
    body = doc.body
    if body["transfer_data"] and body["transfer_group"] is None:
        body["transfer_group"] = f"group_{doc.id}"
    manual = body["capture_method"] == "manual"
    made = charges.make(act, doc, method, card, captured=not manual)
    body["latest_charge"] = made.id
    if manual:
        body.update(status="requires_capture", amount_capturable=body["amount"])
    else:
        body.update(status="succeeded", amount_received=body["amount"])
    if body["capture_method"] == "automatic":
        settlement.move_money(act, made)
    act.store.save(doc)
    emit(act, "charge.succeeded", made)
    emit(act, "payment_intent.amount_capturable_updated" if manual else "payment_intent.succeeded", doc)
    if body["capture_method"] == "automatic_async":
        due = act.world.clock.now() + act.world.config.settle_delay
        act.store.schedule(due, "settle", act.platform, made.id)
    _keep_method(act, doc, method)
    return doc


def _keep_method(act: Act, doc: Document, method: Document) -> None:
    """A method is saved when that was asked for; otherwise it cannot be used again (stripe.md section 9)."""
    customer = doc.body["customer"]
    if doc.body["setup_future_usage"] and customer and method.body["customer"] is None:
        payment_methods.save_to(act, method, customer)
    elif method.body["customer"] is None:
        method.hidden["spent"] = True
        act.store.save(method)


def decline(act: Act, doc: Document, method: Document, code: str, reason: str | None) -> Document:
    """The issuer, or Radar, says no: 402, a failed charge is kept, the intent is open again."""
    card = payment_methods.card_of(method)
    message = _message(code, reason)
    failed = charges.make_failed(act, doc, method, card, code=code, reason=reason, message=message)
    error = cards.card_error(
        code, decline_code=reason, charge=failed.id, payment_method=method.body, keeps=True
    )  # fmt: skip
    error.error["message"] = message
    doc.body.update(
        status="requires_payment_method", payment_method=None, latest_charge=failed.id, next_action=None,
        last_payment_error=dict(error.error),
    )  # fmt: skip
    act.store.save(doc)
    emit(act, "charge.failed", failed)
    emit(act, "payment_intent.payment_failed", doc)
    error.error["payment_intent"] = doc.body
    raise error


def _message(code: str, reason: str | None) -> str:
    specific = cards.MESSAGES.get(reason or "") if reason in ("insufficient_funds", "card_velocity_exceeded") else None
    return specific or cards.MESSAGES[code]


def is_challenged(doc: Document, token: str) -> bool:
    """Whether the intent still waits for this challenge; a later confirmation or a cancellation ends it."""
    return doc.body["status"] == "requires_action" and doc.hidden.get("challenge") == token


def finish_challenge(act: Act, doc: Document, *, passed: bool) -> None:
    """The shopper is back from the challenge: go on as without one, or fail without a charge (stripe.md section 8)."""
    method = act.get("payment_method", doc.body["payment_method"])
    doc.body["next_action"] = None
    if passed:
        charge(act, doc, method)
        return
    doc.body.update(
        status="requires_payment_method", payment_method=None,
        last_payment_error={
            "type": "invalid_request_error", "code": "payment_intent_authentication_failure",
            "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
            "message": _AUTHENTICATION_FAILED, "payment_method": method.body,
        },
    )  # fmt: skip
    act.store.save(doc)
    emit(act, "payment_intent.payment_failed", doc)


def return_address(url: str, doc: Document) -> str:
    """Where a shopper returns to, with what Stripe adds to the address (stripe.md section 16)."""
    status = {"succeeded": "succeeded", "processing": "processing", "requires_capture": "succeeded"}.get(
        doc.body["status"], "failed"
    )
    query = urlencode(
        {"payment_intent": doc.id, "payment_intent_client_secret": doc.body["client_secret"], "redirect_status": status}
    )
    head, mark, fragment = url.partition("#")
    return f"{head}{'&' if '?' in head else '?'}{query}{mark}{fragment}"
