"""What a confirmation does: challenge, charge, decline, block (stripe-facts 7 and 8)."""

from __future__ import annotations

from shared.sandbox import card_checks, cards, errors
from shared.sandbox.events import emit
from shared.sandbox.resources import (
    challenges,
    charges,
    confirmation_tokens,
    holds,
    intent_accounts,
    intent_rules,
    payment_method_cards,
    payment_methods,
    requirements,
    settlement,
)
from shared.sandbox.resources.subjects import subject_of
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge

_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_TAKEN_OVER = ("receipt_email", "setup_future_usage", "capture_method")


def give_method(act: Act, doc: Document, params: Json) -> None:
    """Tie a payment method to the intent: one that exists, a template, or card data from a
    browser.
    """
    if "payment_method_data" in params:
        data = params["payment_method_data"]
        method = payment_method_cards.from_data(act, data)
    elif params["payment_method"]:
        method = payment_methods.usable(act, params["payment_method"])
    else:
        doc.body.update(payment_method=None, status="requires_payment_method")
        return
    payment_methods.refuse_foreign(method, doc.body["customer"], "PaymentIntent")
    doc.body["payment_method"] = method.id
    if doc.body["status"] == "requires_payment_method":
        doc.body["status"] = "requires_confirmation"


def confirm(act: Act, doc: Document, params: Json) -> Document:
    """Pay with the method at hand; the document is saved in whatever state this ends."""
    body = doc.body
    if body["status"] not in _CONFIRMABLE:
        message = (
            "You cannot confirm this PaymentIntent because it has already "
            f"{_ENDED.get(body['status'], body['status'])}."
        )
        raise _unexpected(doc, message)
    intent_rules.check_key(act, doc)
    params = confirmation_tokens.spent_on(act, doc, params)
    _write(act, doc, params)
    intent_accounts.check_parties(act, doc)
    challenges.check_return_url(act, doc, params)
    method = act.get("payment_method", body["payment_method"])
    payment_methods.refuse_spent(method)
    payment_methods.refuse_foreign(method, body["customer"], "PaymentIntent")
    body["next_action"] = None
    body["last_payment_error"] = None
    off_session = params.get("off_session") not in (None, False)
    if doc.hidden.get("authenticated") != method.id and challenges.needed(
        doc, method, off_session=off_session
    ):
        return _challenge(act, doc, method, params, off_session)
    return charge(act, doc, method)


def _write(act: Act, doc: Document, params: Json) -> None:
    """Take over what a confirmation says about the payment; then there must be a method."""
    body = doc.body
    intent_rules.check_usage(act, doc, params)
    for name in _TAKEN_OVER:
        if name in params:
            body[name] = params[name] or None
    if params.get("shipping"):
        body["shipping"] = merge(body["shipping"], params["shipping"])
    intent_rules.write_types(doc, params)
    intent_rules.write_details(doc, params)
    if "payment_method" in params or "payment_method_data" in params:
        give_method(act, doc, params)
    if body["payment_method"] is None:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken."
        )
        raise _unexpected(doc, message)


_ENDED = {
    "succeeded": "succeeded after being previously confirmed",
    "canceled": "been canceled",
    "requires_capture": "been authorized",
}


def _unexpected(doc: Document, message: str) -> errors.ApiError:
    return errors.ApiError(
        400, message, code="payment_intent_unexpected_state", payment_intent=doc.body
    )


def _challenge(
    act: Act,
    doc: Document,
    method: Document,
    params: Json,
    off_session: bool,
) -> Document:
    if off_session or params.get("error_on_requires_action"):
        return decline(
            act, doc, method, "authentication_required", "authentication_required"
        )
    challenges.begin(act, doc, params)
    return doc


def charge(act: Act, doc: Document, method: Document) -> Document:
    """Take the money, or be declined (402; the failed charge stays)."""
    card = payment_method_cards.card_of(method)
    doc.hidden.pop("authenticated", None)
    if refused := cards.outcome(card, asked=challenges.asked(doc)):
        return decline(act, doc, method, *refused)
    body = doc.body
    if body["transfer_data"] and body["transfer_group"] is None:
        body["transfer_group"] = f"group_{doc.id}"
    manual = intent_rules.capture_method(doc) == "manual"
    made = charges.make(act, doc, method, card, captured=not manual)
    body["latest_charge"] = made.id
    if manual:
        _hold(act, doc, made)
    else:
        _take(act, doc, made)
    _keep_method(act, doc, method)
    requirements.triggered(act, body["on_behalf_of"] or act.scope, card.number)
    return doc


def _hold(act: Act, doc: Document, made: Document) -> None:
    """The money waits until it is captured."""
    body = doc.body
    body.update(status="requires_capture", amount_capturable=body["amount"])
    act.store.save(doc)
    emit(act, "charge.succeeded", made)
    emit(act, "payment_intent.amount_capturable_updated", doc)
    holds.remember(act, doc)


def _take(act: Act, doc: Document, made: Document) -> None:
    """The money moves at once, or a moment later where the capture is `automatic_async`."""
    body, method = doc.body, intent_rules.capture_method(doc)
    body.update(status="succeeded", amount_received=body["amount"])
    if method == "automatic":
        settlement.move_money(act, made)
    act.store.save(doc)
    emit(act, "charge.succeeded", made)
    emit(act, "payment_intent.succeeded", doc)
    if method == "automatic_async":
        due = act.world.clock.now() + act.world.config.settle_delay
        act.store.schedule(due, "settle", act.platform, subject_of(act, made.id))


def _keep_method(act: Act, doc: Document, method: Document) -> None:
    """A method is saved when that was asked for; otherwise it cannot be used again (stripe-facts
    9.4).
    """
    options = doc.body["payment_method_options"].get("card") or {}
    usage = options.get("setup_future_usage") or doc.body["setup_future_usage"]
    payment_methods.keep(
        act,
        method,
        doc.body["customer"],
        None if usage == "none" else usage,
    )


def decline(
    act: Act,
    doc: Document,
    method: Document,
    code: str,
    reason: str | None,
) -> Document:
    """The issuer, or Radar, says no: 402, a failed charge is kept, the intent is open again."""
    card = payment_method_cards.card_of(method)
    message = card_checks.message(code, reason)
    failed = charges.make_failed(
        act,
        doc,
        method,
        card,
        code=code,
        reason=reason,
        message=message,
    )
    error = card_checks.declined(
        (code, reason),
        charge=failed.id,
        payment_method=method.body,
        keeps=True,
    )
    doc.body.update(
        status="requires_payment_method",
        payment_method=None,
        latest_charge=failed.id,
        next_action=None,
        last_payment_error=dict(error.error),
    )
    act.store.save(doc)
    emit(act, "charge.failed", failed)
    emit(act, "payment_intent.payment_failed", doc)
    error.error["payment_intent"] = doc.body
    raise error


def finish_challenge(act: Act, doc: Document, *, passed: bool) -> None:
    """The shopper is back from the challenge: go on as without one, or fail without a charge
    (stripe-facts 8.8).
    """
    method = act.get("payment_method", doc.body["payment_method"])
    challenges.close(doc, passed=passed)
    # The server confirms once more, and then it counts.
    if passed and doc.body["confirmation_method"] == "manual":
        doc.hidden["authenticated"] = method.id
        doc.body["status"] = "requires_confirmation"
        act.store.save(doc)
        return
    if passed:
        wrong = intent_accounts.unable(act, doc)
    else:
        wrong = challenges.failure(doc, method)
    if wrong is None:
        charge(act, doc, method)
        return
    doc.body.update(
        status="requires_payment_method", payment_method=None, last_payment_error=wrong
    )
    act.store.save(doc)
    emit(act, "payment_intent.payment_failed", doc)
