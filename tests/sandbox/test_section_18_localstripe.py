"""stripe-facts 18: what another stand-in's tests ask of Stripe, in their order; the rest stands
elsewhere.
"""

from typing import Any

import pytest
import stripe

from tests.support.sandbox_journey import PAID

DIRECT = {k: v for k, v in PAID.items() if "fee" not in k}
DECLINED = "pm_card_visa_chargeDeclined"


def refusal(call, *arguments: Any):
    with pytest.raises(stripe.StripeError) as caught:
        call(*arguments)
    return caught.value


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_01_an_unknown_parameter_is_400_on_create_and_on_list(process, method):
    status, body, _ = process.send(method, "/v1/customers", {"colour": "red"})
    assert (status, body["error"]["code"]) == (400, "parameter_unknown")


def test_03_a_missing_object_is_404_after_its_end_and_through_its_parent_too(process):
    customer = process.v1.customers.create({}).id
    process.v1.customers.delete(customer)
    assert (
        refusal(process.v1.customers.update, customer, {"name": "a"}).http_status == 404
    )
    assert (
        refusal(process.v1.customers.payment_methods.list, "cus_no").http_status == 404
    )
    endpoint = process.v1.webhook_endpoints.create(
        {"url": "https://shop.test", "enabled_events": ["*"]}
    ).id
    process.v1.webhook_endpoints.delete(endpoint)
    assert refusal(process.v1.webhook_endpoints.retrieve, endpoint).http_status == 404
    assert refusal(process.v1.webhook_endpoints.delete, endpoint).http_status == 404


def test_04_a_create_that_fails_leaves_nothing_behind(process):
    error = refusal(
        process.v1.payment_intents.create, {**DIRECT, "payment_method": "pm_no"}
    )
    assert (error.code, error.param) == ("resource_missing", "payment_method")
    assert process.v1.payment_intents.list().data == []
    assert process.events() == []


def test_07_a_default_method_is_set_and_expanded(process):
    customer = process.v1.customers.create({}).id
    method = process.v1.payment_methods.attach("pm_card_visa", {"customer": customer})
    process.v1.customers.update(
        customer, {"invoice_settings": {"default_payment_method": method.id}}
    )
    seen = process.v1.customers.retrieve(
        customer, {"expand": ["invoice_settings.default_payment_method"]}
    )
    assert seen.invoice_settings.default_payment_method.id == method.id
    listed = process.v1.payment_methods.list({"customer": customer, "type": "card"})
    assert [m.id for m in listed.data] == [method.id]
    process.v1.payment_methods.detach(method.id)
    assert (
        process.v1.payment_methods.list({"customer": customer, "type": "card"}).data
        == []
    )


def test_08_a_declining_card_declines_when_it_is_attached_and_when_it_is_set_up(
    process,
):
    customer = process.v1.customers.create({}).id
    error = refusal(process.v1.payment_methods.attach, DECLINED, {"customer": customer})
    assert (error.http_status, error.code) == (402, "card_declined")
    setup = process.v1.setup_intents.create({"customer": customer}).id
    given = {"payment_method": DECLINED, "return_url": "https://shop.test"}
    assert refusal(process.v1.setup_intents.confirm, setup, given).http_status == 402


def test_09_a_setup_needs_a_method_and_can_be_given_up(process):
    setup = process.v1.setup_intents.create({}).id
    assert refusal(process.v1.setup_intents.confirm, setup).http_status == 400
    assert process.v1.setup_intents.cancel(setup).status == "canceled"


def test_10_a_card_may_be_kept_and_still_fail(process):
    customer = process.v1.customers.create({}).id
    method = process.v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": customer}
    ).id
    setup = process.v1.setup_intents.create({"customer": customer}).id
    given = {"payment_method": method, "return_url": "https://shop.test"}
    assert process.v1.setup_intents.confirm(setup, given).status == "succeeded"
    paid = {**DIRECT, "payment_method": method, "customer": customer}
    assert refusal(process.v1.payment_intents.create, paid).http_status == 402


def test_11_a_hold_is_no_payment_until_it_is_captured(process):
    held = process.v1.payment_intents.create({**DIRECT, "capture_method": "manual"})
    assert held.status == "requires_capture"
    assert process.events("payment_intent.succeeded") == []
    process.v1.payment_intents.capture(held.id)
    assert len(process.events("payment_intent.succeeded")) == 1


def test_12_no_more_is_captured_than_was_held_and_no_more_than_once(process):
    held = process.v1.payment_intents.create({**DIRECT, "capture_method": "manual"}).id
    capture = process.v1.payment_intents.capture
    assert refusal(capture, held, {"amount_to_capture": 1001}).http_status == 400
    assert capture(held, {"amount_to_capture": 600}).amount_received == 600
    charge = process.v1.payment_intents.retrieve(
        held, {"expand": ["latest_charge"]}
    ).latest_charge
    assert (charge.amount_captured, charge.amount_refunded) == (600, 400)
    assert refusal(capture, held).http_status == 400


def test_13_a_hold_moves_no_money(process):
    held = process.v1.payment_intents.create({**DIRECT, "capture_method": "manual"})
    charge = process.v1.charges.retrieve(held.latest_charge)
    assert (charge.status, charge.captured, charge.balance_transaction) == (
        "succeeded",
        False,
        None,
    )
    process.v1.payment_intents.capture(held.id)
    process.advance(1)
    charge = process.v1.charges.retrieve(
        charge.id, {"expand": ["balance_transaction.source"]}
    )
    assert charge.balance_transaction.source.id == charge.id


def test_14_a_failed_charge_is_not_refunded(process):
    refusal(process.v1.payment_intents.create, {**DIRECT, "payment_method": DECLINED})
    [failed] = process.v1.charges.list().data
    assert refusal(process.v1.refunds.create, {"charge": failed.id}).http_status == 400
    paid = process.v1.payment_intents.create(DIRECT)
    process.advance(1)
    assert process.v1.refunds.create({"payment_intent": paid.id}).amount == 1000


def test_15_a_declined_payment_is_told_and_its_charge_is_kept(process):
    refusal(process.v1.payment_intents.create, {**DIRECT, "payment_method": DECLINED})
    [failed] = process.v1.charges.list().data
    assert (failed.status, failed.paid) == ("failed", False)
    intent = process.v1.payment_intents.create({"amount": 1000, "currency": "usd"}).id
    given = {"payment_method": DECLINED, "return_url": "https://shop.test"}
    assert refusal(process.v1.payment_intents.confirm, intent, given).http_status == 402
    assert len(process.events("payment_intent.payment_failed")) == 2
    assert process.events("payment_intent.succeeded") == []


def test_16_off_session_needs_a_confirmation(process):
    given = {"amount": 1000, "currency": "usd", "off_session": True}
    assert refusal(process.v1.payment_intents.create, given).param == "off_session"
    assert (
        refusal(
            process.v1.payment_intents.create, {**given, "confirm": False}
        ).http_status
        == 400
    )


def test_17_the_same_number_has_the_same_fingerprint(process):
    cards = [
        process.v1.payment_methods.create(
            {"type": "card", "card": {"token": "tok_visa"}}
        )
        for _ in range(2)
    ]
    charged = process.v1.payment_intents.create(
        {**DIRECT, "expand": ["latest_charge"]}
    ).latest_charge
    assert {c.card.fingerprint for c in cards} == {
        charged.payment_method_details.card.fingerprint
    }
    other = process.v1.payment_methods.create(
        {"type": "card", "card": {"token": "tok_mastercard"}}
    )
    assert other.card.fingerprint != cards[0].card.fingerprint


def test_20_there_is_no_total(process):
    process.v1.customers.create({})
    assert set(process.send("GET", "/v1/customers")[1]) == {
        "object",
        "url",
        "has_more",
        "data",
    }
