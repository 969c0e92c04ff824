"""stripe-facts 19: where the SDK's own types are stricter, or laxer, than one would think."""

import json

from shared.sandbox.routes import ROUTES
from tests.sandbox.shapes import TARGET


def test_transfer_rules_are_an_empty_object_because_null_breaks_the_sdk(process):
    status, body, _ = process.send("GET", "/v1/balance_settings")
    assert status == 200
    assert body["payments"]["payouts"]["automatic_transfer_rules_by_currency"] == {}
    assert (
        process.v1.balance_settings.retrieve().payments.payouts.automatic_transfer_rules_by_currency
        is not None
    )


def test_card_data_is_taken_from_browsers_alone():
    """The SDK's types do not know `payment_method_data[type]=card`; Stripe.js sends it."""
    shapes = json.loads(TARGET.read_text())
    for route in ROUTES:
        if route.template.endswith("/confirm"):
            assert route.browser is not None
            assert route.browser["payment_method_data"]["type!"] == "=card"
            assert "card" not in shapes[f"{route.method} {route.template}"][
                "payment_method_data"
            ].get("type!", "").split("|")
