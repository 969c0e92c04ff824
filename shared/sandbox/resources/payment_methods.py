"""Payment methods: made by the browser from card data, or from a `pm_card_…` template (stripe.md sections 7, 9)."""

from __future__ import annotations

import datetime

from shared.sandbox import cards, errors
from shared.sandbox.events import emit
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge, merge_metadata, snapshot

_BILLING: Json = {
    "address": {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None},
    "email": None, "name": None, "phone": None, "tax_id": None,
}  # fmt: skip


def create(act: Act, ids: dict[str, str], params: Json) -> Json:
    """A payment method from card data; only browsers send it (stripe.md section 19)."""
    return from_data(act, params).body


def from_data(act: Act, data: Json) -> Document:
    """Check the card as Stripe's tokeniser does, then keep it."""
    card = data.get("card")
    if card is None:
        raise errors.missing_param("card")
    today = datetime.datetime.fromtimestamp(act.now, datetime.UTC).date()
    given = {name: str(card.get(name, "")) for name in ("number", "exp_month", "exp_year")}
    typed = cards.Typed(given["number"], given["exp_month"], given["exp_year"], card.get("cvc"))
    number, month, year = cards.check(typed, today)
    return _make(act, cards.by_number(number), month, year, data)


def _make(act: Act, card: cards.Card, month: int, year: int, data: Json) -> Document:
    checks = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": None}
    body: Json = {
        "id": act.world.id("pm"), "object": "payment_method",
        "allow_redisplay": data.get("allow_redisplay", "unspecified"),
        "billing_details": merge(_BILLING, data.get("billing_details") or {}),
        "card": {
            "brand": card.brand, "checks": {**checks, "cvc_check": "unchecked"}, "country": card.country,
            "display_brand": card.brand, "exp_month": month, "exp_year": year,
            "fingerprint": cards.fingerprint(card.number), "funding": card.funding, "generated_from": None,
            "last4": card.number[-4:], "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated", "three_d_secure_usage": {"supported": True}, "wallet": None,
        },
        "created": act.now, "customer": None, "customer_account": None, "livemode": False,
        "metadata": merge_metadata({}, data.get("metadata") or {}), "type": "card",
    }  # fmt: skip
    return act.add(body, number=card.number)


def usable(act: Act, id: str, *, param: str = "payment_method") -> Document:
    """The payment method behind an id; a template makes a fresh one at each use (stripe.md section 9)."""
    card = cards.by_token(id)
    if card is not None:
        year = datetime.datetime.fromtimestamp(act.now, datetime.UTC).year
        return _make(act, card, 12, year + 3, {})
    doc = act.find("payment_method", id)
    if doc is None:
        raise errors.no_such_reference("PaymentMethod", id, param)
    if doc.hidden.get("spent"):
        message = (
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared "
            "with a connected account without Customer attachment, or was detached from a Customer. It may not be used "
            "again. To use a PaymentMethod multiple times, you must attach it to a Customer first."
        )
        raise errors.ApiError(400, message, param=param)
    return doc


def card_of(doc: Document) -> cards.Card:
    """How the card behind a payment method behaves."""
    return cards.by_number(doc.hidden["number"])


def attach(act: Act, doc: Document, customer: Document) -> None:
    """Tie a payment method to a customer; cards that their issuer declines are refused (402, stripe.md section 7)."""
    card = card_of(doc)
    if card.declines and not card.blocked and card.challenge == "none" and "chargeCustomerFail" not in card.tokens:
        code, reason = card.declines
        raise cards.card_error(code, decline_code=reason)
    save_to(act, doc, customer.id)


def save_to(act: Act, doc: Document, customer: str) -> None:
    """Record the tie and tell about it."""
    doc.body["customer"] = customer
    act.store.save(doc)
    emit(act, "payment_method.attached", doc)


def retrieve(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One payment method."""
    doc = act.find("payment_method", ids["payment_method"])
    if doc is None:
        raise errors.no_such("PaymentMethod", ids["payment_method"], "payment_method")
    return doc.body


def update(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Change billing details, metadata or the card's date."""
    doc = act.get("payment_method", ids["payment_method"], param="payment_method")
    before = snapshot(doc)
    for name in ("billing_details", "card"):
        if name in params:
            doc.body[name] = merge(doc.body[name], params[name])
    if "allow_redisplay" in params:
        doc.body["allow_redisplay"] = params["allow_redisplay"]
    if "metadata" in params:
        doc.body["metadata"] = merge_metadata(doc.body["metadata"], params["metadata"])
    act.store.save(doc)
    emit(act, "payment_method.updated", doc, before=before)
    return doc.body
