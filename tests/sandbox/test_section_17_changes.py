"""stripe-facts 17: what changed at Stripe, and what older tutorials still do."""

import pytest
import stripe

from shared.sandbox.expansion import EXPANDABLE
from tests.support.sandbox_journey import PAID, SELLER

NEW = {"amount": 1000, "currency": "usd"}


def test_an_intent_has_its_latest_charge_and_no_charges(process):
    paid = process.v1.payment_intents.create(
        {
            **NEW,
            **{k: v for k, v in PAID.items() if "fee" not in k},
        }
    )
    assert paid.latest_charge.startswith("ch_")
    assert "charges" not in paid


def test_money_moves_after_the_answer_by_default(process):
    assert process.v1.payment_intents.create(NEW).capture_method == "automatic_async"


def test_refunds_are_told_as_refunds(process):
    paid = process.v1.payment_intents.create(
        {k: v for k, v in PAID.items() if "fee" not in k}
    )
    process.advance(1)
    process.v1.refunds.create({"payment_intent": paid.id})
    told = {e["type"] for e in process.events()}
    assert {"refund.created", "charge.refunded"} <= told
    assert "charge.refund.updated" not in told


def test_invoices_are_off_and_lists_have_no_total(process):
    paid = process.v1.payment_intents.create(
        {k: v for k, v in PAID.items() if "fee" not in k}
    )
    assert "invoice" not in paid
    assert "invoice" not in process.v1.charges.retrieve(paid.latest_charge)
    status, body, _ = process.send("GET", "/v1/charges", {"expand": ["total_count"]})
    assert (status, body["error"]["message"]) == (
        400,
        "This property cannot be expanded (total_count).",
    )


@pytest.mark.parametrize("day", ["saturday", "sunday"])
def test_nobody_is_paid_out_at_the_weekend(process, day):
    schedule = {"interval": "weekly", "weekly_payout_days": [day]}
    given = {"payments": {"payouts": {"schedule": schedule}}}
    with pytest.raises(stripe.InvalidRequestError, match="must be one of"):
        process.v1.balance_settings.update(given)


def test_the_transfer_of_a_destination_charge_can_be_labelled(process):
    account = process.v1.accounts.create(SELLER).id
    process.complete(account)
    labels = {
        "destination": account,
        "description": "A chair",
        "metadata": {"order": "7"},
    }
    paid = process.v1.payment_intents.create({**PAID, "transfer_data": labels})
    process.advance(1)
    transfer = process.v1.charges.retrieve(
        paid.latest_charge, {"expand": ["transfer"]}
    ).transfer
    assert (transfer.description, transfer.metadata.to_dict()) == (
        "A chair",
        {"order": "7"},
    )


def test_types_of_payment_are_allowed_and_not_listed(process):
    made = process.v1.payment_intents.create(
        {**NEW, "allowed_payment_method_types": ["card"]}
    )
    assert made.payment_method_types == ["card"]
    for path in (
        "/v1/payment_intents",
        "/v1/setup_intents",
        f"/v1/payment_intents/{made.id}",
    ):
        given = {"payment_method_types": ["card"]} | (
            {} if path.endswith(made.id) else {"amount": "1", "currency": "usd"}
        )
        status, body, _ = process.send("POST", path, given)
        assert (status, body["error"]["code"]) == (
            400,
            "payment_method_types_no_longer_supported",
        )


def test_the_mandate_of_a_card_payment_can_be_expanded():
    assert EXPANDABLE["charge"]["payment_method_details.card.mandate"] == "mandate"
