"""The card in a payment method: how it is read, stored and checked (stripe-facts 7)."""

from __future__ import annotations

import datetime

from shared.sandbox import card_checks, cards, errors
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge, merge_metadata

Date = tuple[int, int]  # a month and a year
BLANK_BILLING: Json = {
    "address": {
        "city": None,
        "country": None,
        "line1": None,
        "line2": None,
        "postal_code": None,
        "state": None,
    },
    "email": None,
    "name": None,
    "phone": None,
    "tax_id": None,
}
# Which value of the billing address each check is about.
_CHECKS = {"address_line1_check": "line1", "address_postal_code_check": "postal_code"}


def from_data(act: Act, data: Json) -> Document:
    """Check the card as Stripe's tokeniser does, then keep it."""
    card = data.get("card")
    if card is None:
        raise errors.missing_param("card")
    if token := card.get("token"):
        known = cards.by_token(token) if token.startswith("tok_") else None
        if known is None:
            raise errors.ApiError(400, f"Invalid token id: {token}", param="token")
        return from_test_card(act, known, data)
    today = datetime.datetime.fromtimestamp(act.now, datetime.UTC).date()
    typed = card_checks.Typed(
        str(card.get("number", "")),
        str(card.get("exp_month", "")),
        str(card.get("exp_year", "")),
        card.get("cvc"),
    )
    number, month, year = card_checks.check(typed, today)
    return _make(
        act,
        cards.by_number(number),
        (month, year),
        data,
        cvc=typed.cvc is not None,
    )


def from_test_card(act: Act, card: cards.Card, data: Json) -> Document:
    """A card that is only named: its date is in the future, and every value that its outcome needs
    counts as given.
    """
    year = datetime.datetime.fromtimestamp(act.now, datetime.UTC).year
    return _make(
        act,
        card,
        (12, year + 3),
        data,
        cvc=True,
        named=True,
    )


def _make(
    act: Act,
    card: cards.Card,
    date: Date,
    data: Json,
    *,
    cvc: bool,
    named: bool = False,
) -> Document:
    body: Json = {
        "id": act.world.id("pm"),
        "object": "payment_method",
        "allow_redisplay": data.get("allow_redisplay", "unspecified"),
        "billing_details": merge(BLANK_BILLING, data.get("billing_details") or {}),
        "card": _card(card, date, cvc=cvc),
        "created": act.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": merge_metadata({}, data.get("metadata") or {}),
        "type": "card",
    }
    return act.add(body, number=card.number, named=named)


def _card(card: cards.Card, date: Date, *, cvc: bool) -> Json:
    month, year = date
    checks = {**dict.fromkeys(_CHECKS), "cvc_check": "unchecked" if cvc else None}
    return {
        "brand": card.brand,
        "checks": checks,
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": cards.fingerprint(card.number),
        "funding": card.funding,
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def card_of(doc: Document) -> cards.Card:
    """How the card behind a payment method behaves."""
    return cards.by_number(doc.hidden["number"])


def verify(doc: Document) -> None:
    """Each check passes or fails once the network has seen the card; one without a value stays
    empty.
    """
    card, checks = card_of(doc), doc.body["card"]["checks"]
    address = doc.body["billing_details"]["address"] or {}
    given = {"cvc_check": checks["cvc_check"] is not None}
    for name, field in _CHECKS.items():
        given[name] = bool(address.get(field))
    for name, told in given.items():
        fails = card.fails == name and (told or doc.hidden.get("named"))
        checks[name] = "fail" if fails else "pass" if told else None
