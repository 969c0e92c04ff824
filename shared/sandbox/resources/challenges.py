"""The issuer asks the shopper: how a payment or a setup waits for that, and how it is told
(stripe-facts 7 to 9).
"""

from __future__ import annotations

from urllib.parse import urlencode

from shared.sandbox import addresses, cards, errors
from shared.sandbox.events import emit
from shared.sandbox.resources import payment_method_cards
from shared.sandbox.resources.tickets import issue
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method "
    "and try again."
)
_LIFETIME = 3600
# With manual confirmation the server has the last word; that the shopper did their part is all that
# this tells.
_GOOD = ("succeeded", "processing", "requires_capture", "requires_confirmation")


def asked(doc: Document) -> bool:
    """Whether the platform asks for authentication wherever the card can give it."""
    options = doc.body["payment_method_options"].get("card") or {}
    return options.get("request_three_d_secure") in ("any", "challenge")


def needed(
    doc: Document,
    method: Document,
    *,
    off_session: bool = False,
) -> bool:
    """Whether the issuer wants to see the shopper before this intent goes on."""
    card, set_up = (
        payment_method_cards.card_of(method),
        "off_session" in method.hidden.get("set_up", []),
    )
    doc.hidden["three_d_secure"] = (
        told("frictionless") if card.frictionless and asked(doc) else None
    )
    return cards.needs_challenge(
        card,
        asked=asked(doc),
        off_session=off_session,
        set_up=set_up,
    )


def begin(act: Act, doc: Document, params: Json) -> None:
    """The intent waits for the shopper: behind an address of ours, or in a frame that Stripe.js
    opens.

    Only who says where the shopper comes back to is sent elsewhere (SDK
    `next_action.redirect_to_url`, stripe-facts 8).
    """
    data = {
        "return_url": params.get("return_url"),
        "object": doc.body["object"],
    }
    token, _ = issue(act, "3ds", doc.id, _LIFETIME, data)
    url = f"{act.world.config.base_url}/hosted/3ds/{token}"
    doc.hidden["challenge"] = token
    if params.get("use_stripe_sdk") or not params.get("return_url"):
        sdk = {
            "type": "three_d_secure_redirect",
            "stripe_js": url,
            "source": f"src_{token[:24]}",
        }
        doc.body["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}
    else:
        redirect = {"return_url": params["return_url"], "url": url}
        doc.body["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": redirect,
        }
    doc.body["status"] = "requires_action"
    act.store.save(doc)
    emit(act, f"{doc.body['object']}.requires_action", doc)


def is_open(doc: Document, token: str) -> bool:
    """Whether the intent still waits for this challenge; a later confirmation or a cancellation
    ends it.
    """
    return (
        doc.body["status"] == "requires_action" and doc.hidden.get("challenge") == token
    )


def close(doc: Document, *, passed: bool) -> None:
    """The shopper is back: what the issuer says is kept for the charge or the attempt."""
    doc.body["next_action"] = None
    doc.hidden["three_d_secure"] = told("challenge", passed=passed)


def told(flow: str, *, passed: bool = True) -> Json:
    """What `three_d_secure` says about one authentication; the SDK's types name its fields."""
    return {
        "authentication_flow": flow,
        "electronic_commerce_indicator": "05" if passed else None,
        "result": "authenticated" if passed else "failed",
        "result_reason": None if passed else "rejected",
        "transaction_id": None,
        "version": "2.2.0",
    }


def failure(doc: Document, method: Document) -> Json:
    """The error that an intent bears when the shopper could not be authenticated (stripe-facts
    8.8).
    """
    error = errors.ApiError(
        400, FAILED, code=f"{doc.body['object']}_authentication_failure"
    ).error
    return {**error, "payment_method": method.body}


def check_return_url(act: Act, doc: Document, params: Json) -> None:
    """From a server, an intent that may be sent elsewhere needs an address to come back to
    (stripe-facts 8.9); any is whole.
    """
    if params.get("return_url"):
        addresses.check(params["return_url"], "return_url", apps=True)
    redirects = (doc.body["automatic_payment_methods"] or {}).get(
        "allow_redirects"
    ) == "always"
    if (
        act.publishable
        or params.get("return_url")
        or not redirects
        or params.get("use_stripe_sdk")
    ):
        return
    noun = {"payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"}[
        doc.body["object"]
    ]
    message = (
        f"This {noun} is configured to accept payment methods enabled in your Dashboard. Because "
        "some of these "
        "payment methods might redirect your customer off of your page, you must provide a "
        "`return_url`. If you don't "
        "want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` "
        "to `true` and "
        "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
        "Payment Intents."
    )
    raise errors.ApiError(400, message)


def went_well(doc: Document) -> bool:
    """Whether the intent went on after its challenge."""
    return doc.body["status"] in _GOOD


def return_address(url: str, doc: Document) -> str:
    """Where a shopper returns to, with what Stripe adds to the address (stripe-facts 16.2)."""
    kind, status = doc.body["object"], doc.body["status"]
    outcome = (
        "failed"
        if not went_well(doc)
        else "processing"
        if status == "processing"
        else "succeeded"
    )
    added = {
        kind: doc.id,
        f"{kind}_client_secret": doc.body["client_secret"],
        "redirect_status": outcome,
    }
    head, mark, fragment = url.partition("#")
    return f"{head}{'&' if '?' in head else '?'}{urlencode(added)}{mark}{fragment}"
