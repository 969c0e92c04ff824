"""Charges: made by payment intents alone; read, annotated and captured by the platform
(stripe-facts 8.14).
"""

from __future__ import annotations

from typing import Any

from shared.sandbox.cards import Card
from shared.sandbox.events import emit
from shared.sandbox.objects import given, page
from shared.sandbox.resources import descriptors, payment_method_cards
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, merge, snapshot

HOLD_DAYS = 7  # how long a card's money is held for a charge that is captured later
_DAY = 86400

# What every charge bears, whoever it belongs to.
FIELDS = (
    "id",
    "object",
    "amount",
    "amount_captured",
    "amount_refunded",
    "application",
    "application_fee",
    "application_fee_amount",
    "balance_transaction",
    "billing_details",
    "calculated_statement_descriptor",
    "captured",
    "created",
    "currency",
    "customer",
    "description",
    "disputed",
    "failure_balance_transaction",
    "failure_code",
    "failure_message",
    "fraud_details",
    "livemode",
    "metadata",
    "on_behalf_of",
    "outcome",
    "paid",
    "payment_intent",
    "payment_method",
    "payment_method_details",
    "radar_options",
    "receipt_email",
    "receipt_number",
    "receipt_url",
    "refunded",
    "review",
    "shipping",
    "source",
    "source_transfer",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "status",
    "transfer_data",
    "transfer_group",
)
# What a charge takes over from its intent as it is.
_OF_INTENT = (
    "amount",
    "application",
    "application_fee_amount",
    "currency",
    "customer",
    "description",
    "on_behalf_of",
    "receipt_email",
    "shipping",
    "statement_descriptor_suffix",
    "transfer_group",
)


def make(
    act: Act,
    intent: Document,
    method: Document,
    card: Card,
    *,
    captured: bool,
) -> Document:
    """A charge that went through; its money is moved later by `settlement`, its method is kept by
    who asked.
    """
    body = _body(act, intent, method, card)
    body.update(
        paid=True,
        captured=captured,
        status="succeeded",
        amount_captured=body["amount"] if captured else 0,
    )
    body["outcome"] = _outcome(
        card, "authorized", "approved_by_network", "Payment complete."
    )
    payment_method_cards.verify(method)
    details = body["payment_method_details"]["card"]
    details["checks"] = dict(method.body["card"]["checks"])
    if not captured:
        details["capture_before"] = act.now + HOLD_DAYS * _DAY
    return act.add(
        body,
        bypass_pending=card.bypass_pending,
        transfer_data=intent.body["transfer_data"],
    )


def make_failed(
    act: Act,
    intent: Document,
    method: Document,
    card: Card,
    *,
    code: str,
    reason: str | None,
    message: str,
) -> Document:
    """A charge that the issuer declined or Radar blocked; it stays as evidence."""
    if not card.blocked:  # what Radar blocks never reaches the network
        payment_method_cards.verify(method)
        act.store.save(method)
    body = _body(act, intent, method, card)
    body.update(
        paid=False,
        captured=False,
        status="failed",
        failure_code=code,
        failure_message=message,
    )
    if card.blocked:
        body["outcome"] = _outcome(
            card,
            "blocked",
            "not_sent_to_network",
            "Stripe blocked this payment as too risky.",
            "highest_risk_level",
        )
    else:
        seller = "The bank did not return any further details with this decline."
        body["outcome"] = _outcome(
            card, "issuer_declined", "declined_by_network", seller, reason or code
        )
    return act.add(body)


def _outcome(
    card: Card,
    kind: str,
    network: str,
    seller: str,
    reason: str | None = None,
) -> Json:
    score = {"normal": 12, "elevated": 67, "highest": 92}[card.risk]
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": reason,
        "risk_level": card.risk,
        "risk_score": score,
        "seller_message": seller,
        "type": kind,
    }


def _body(
    act: Act,
    intent: Document,
    method: Document,
    card: Card,
) -> Json:
    source = intent.body
    descriptor = descriptors.calculated(source["statement_descriptor_suffix"])
    body: Json = {
        **dict.fromkeys(FIELDS),
        **{name: source[name] for name in _OF_INTENT},
        "id": act.world.id("ch"),
        "object": "charge",
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": method.body["billing_details"],
        "calculated_statement_descriptor": descriptor,
        "captured": False,
        "created": act.now,
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(source["metadata"]),
        "paid": False,
        "payment_intent": intent.id,
        "payment_method": method.id,
        "payment_method_details": _details(intent, method),
        "radar_options": {},
        "refunded": False,
        "status": "pending",
    }
    if source["transfer_data"]:
        body["transfer"] = None
        body["transfer_data"] = {
            name: source["transfer_data"].get(name)
            for name in ("amount", "destination")
        }
    return body


def _details(intent: Document, method: Document) -> Json:
    card, amount, seen = (
        method.body["card"],
        intent.body["amount"],
        intent.hidden.get("three_d_secure"),
    )
    details: dict[str, Any] = {
        "amount_authorized": amount,
        "authorization_code": None,
        "brand": card["brand"],
        "checks": dict(card["checks"]),
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card["last4"],
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": "123456789012345",
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": seen
        and {**seen, "exemption_indicator": None, "exemption_indicator_applied": None},
        "transaction_link_id": None,
        "wallet": None,
    }
    return {"card": details, "type": "card"}


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One charge."""
    return act.get("charge", ids["charge"], param="charge").body


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Annotate a charge; money and state never change this way."""
    doc = act.get("charge", ids["charge"], param="charge")
    before = snapshot(doc)
    body = doc.body
    if params.get("customer"):
        act.referred("customer", params["customer"], param="customer")
    for name in ("description", "receipt_email", "transfer_group", "customer"):
        if name in params:
            body[name] = params[name] or None
    for name in ("shipping", "fraud_details"):
        if name in params:
            body[name] = merge(body[name], params[name])
    annotate(body, params)
    act.store.save(doc)
    emit(act, "charge.updated", doc, before=before)
    return body


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Charges, newest first."""
    facets = given(params, "customer", "payment_intent", "transfer_group")
    return page(act, "charge", "/v1/charges", params, facets=facets)
