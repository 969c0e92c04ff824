"""What a PaymentIntent begins with (stripe-facts 8)."""

from __future__ import annotations

import copy

from shared.sandbox import money
from shared.sandbox.resources import intent_rules
from shared.sandbox.store import Json
from shared.sandbox.world import Act, application_of

CARD_OPTIONS = {
    "installments": None,
    "mandate_options": None,
    "network": None,
    "request_three_d_secure": "automatic",
}
# What an intent begins with; what is None here and not to be, `blank` fills in.
_NEW: Json = {
    "id": None,
    "object": "payment_intent",
    "allowed_payment_method_types": None,
    "amount": None,
    "amount_capturable": 0,
    "amount_details": {"tip": {}},
    "amount_received": 0,
    "application": None,
    "application_fee_amount": None,
    "automatic_payment_methods": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "capture_method": "automatic_async",
    "client_secret": None,
    "confirmation_method": "automatic",
    "created": None,
    "currency": None,
    "customer": None,
    "customer_account": None,
    "description": None,
    "excluded_payment_method_types": None,
    "last_payment_error": None,
    "latest_charge": None,
    "livemode": False,
    "managed_payments": {"enabled": False},
    "metadata": {},
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_configuration_details": None,
    "payment_method_options": {"card": dict(CARD_OPTIONS)},
    "payment_method_types": ["card"],
    "processing": None,
    "receipt_email": None,
    "review": None,
    "setup_future_usage": None,
    "shipping": None,
    "source": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "status": "requires_payment_method",
    "transfer_data": None,
    "transfer_group": None,
}


def blank(act: Act, params: Json) -> Json:
    id = act.world.id("pi")
    currency = money.check_currency(params["currency"])
    configuration = {"id": f"pmc_{act.home[5:]}", "parent": None}
    return {
        **copy.deepcopy(_NEW),
        "id": id,
        "amount": params["amount"],
        "application": None if act.scope == act.home else application_of(act.platform),
        "automatic_payment_methods": intent_rules.automatic(params),
        "client_secret": f"{id}_secret_{act.world.token(25)}",
        "created": act.now,
        "currency": currency,
        "payment_method_configuration_details": configuration,
    }
